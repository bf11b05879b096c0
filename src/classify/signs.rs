//! Evidence that adds up: signs with points, where no rule is certain.
//!
//! A sign says little alone. The points of all signs of a message are summed for each kind; a kind is decided where its
//! sum reaches the threshold and leads every other by the margin. Marketing also has to show in at least two of the three
//! sources, so that no subject and no platform decides alone.

use super::rule_file::{Text, Weighing};
use super::signals::{MOST, Signals};
use super::{Evidence, Kind};

/// Where a sign was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenIn {
    /// How the message is sent and made: fields, links, pictures, footer.
    Form,
    /// The subject.
    Subject,
    /// What the text says before its footer.
    Text,
}

/// The lead of marketing with which the rest of a message is not weighed: of the labelled messages and the collections of
/// real mail none changes its kind by it.
const SURE: i32 = 35;

/// How many kinds there are.
const KINDS: usize = Kind::ALL.len();

/// Points for each kind, in the order of [`Kind::ALL`].
pub type Points = [i32; KINDS];

/// One sign, compiled.
#[derive(Debug)]
pub struct Sign {
    /// Its name.
    pub id: Text,
    /// What it shows, with the source.
    pub why: Text,
    /// What it adds.
    pub points: Points,
    /// Where it is seen.
    pub source: SeenIn,
    /// Whether it shows no more than bulk mail.
    pub bulk: bool,
    /// Whether its points are set by hand.
    pub fixed: bool,
    /// Whether it asks for several phrases of the text, so that the text is a source beside the form.
    pub several: bool,
    /// What a message proves that is decided as the kind that the sign speaks for most.
    pub(super) evidence: Option<Evidence>,
    pub(super) needs: Vec<usize>,
    pub(super) forbids: Signals,
}

/// All signs, and what their points must reach.
#[derive(Debug)]
pub(super) struct Signs {
    pub all: Vec<Sign>,
    pub weighing: Weighing,
    /// By each signal, the numbers of signs that need it. A sign that needs several is under the one that fewest need.
    by_need: Vec<Vec<usize>>,
    /// The numbers of those that need none.
    without_need: Vec<usize>,
}

/// What the signs of a message add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Weighed {
    /// Points for each kind from each source.
    sources: [Points; 3],
    /// Those of them for marketing that show no more than bulk mail.
    bulk: [i32; 3],
    /// Whether several phrases of the text speak for marketing.
    several: bool,
    evidence: Option<Evidence>,
}

impl Sign {
    /// Whether a single phrase may raise it.
    pub fn is_a_phrase(&self) -> bool {
        !self.several && (self.source == SeenIn::Text || self.bulk)
    }

    fn is_in(&self, raised: &Signals) -> bool {
        self.needs.iter().all(|need| raised.has(*need)) && !self.forbids.meets(raised)
    }
}

impl Signs {
    /// All signs, in the order of the table.
    pub fn new(all: Vec<Sign>, weighing: Weighing) -> Self {
        let mut how_many = vec![0; MOST];
        all.iter().flat_map(|sign| &sign.needs).for_each(|need| how_many[*need] += 1);
        let (mut by_need, mut without_need) = (vec![Vec::new(); MOST], Vec::new());
        for (number, sign) in all.iter().enumerate() {
            match sign.needs.iter().min_by_key(|need| how_many[**need]) {
                Some(need) => by_need[*need].push(number),
                None => without_need.push(number),
            }
        }
        Self { all, weighing, by_need, without_need }
    }

    /// The signs that are there, in no order.
    pub fn of(&self, raised: &Signals) -> impl Iterator<Item = (usize, &Sign)> {
        let needing = raised.numbers().filter_map(|signal| self.by_need.get(signal)).flatten();
        let signs = self.without_need.iter().chain(needing).map(|number| (*number, &self.all[*number]));
        signs.filter(|(_, sign)| sign.is_in(raised))
    }

    /// Adds up what was raised.
    pub fn weigh(&self, raised: &Signals) -> Weighed {
        let (mut weighed, mut first_evidence) = (Weighed::default(), usize::MAX);
        for (number, sign) in self.of(raised) {
            for (sum, points) in weighed.sources[sign.source as usize].iter_mut().zip(sign.points) {
                *sum += points;
            }
            weighed.bulk[sign.source as usize] +=
                if sign.bulk { sign.points[Kind::Marketing as usize] } else { 0 };
            weighed.several |= sign.several;
            if sign.evidence.is_some() && number < first_evidence {
                (weighed.evidence, first_evidence) = (sign.evidence, number);
            }
        }
        weighed
    }
}

impl Weighed {
    /// The sums over all sources.
    fn sums(&self) -> Points {
        let mut sums = Points::default();
        for source in &self.sources {
            sums.iter_mut().zip(source).for_each(|(sum, points)| *sum += points);
        }
        sums
    }

    /// The sums by which a kind is decided: what shows no more than bulk mail counts at most as much as all else.
    fn points(&self) -> Points {
        let mut sums = self.sums();
        let marketing = &mut sums[Kind::Marketing as usize];
        *marketing = (*marketing).min(2 * (*marketing - self.bulk.iter().sum::<i32>()));
        sums
    }

    /// Whether marketing shows in two of form, subject and text, bulk mail aside; or in the text of bulk mail by several
    /// phrases of weight. Beside the form alone, a single phrase of the text shows nothing, because it may be in any mail
    /// that such a platform sends.
    fn has_two_sources(&self, weighing: Weighing) -> bool {
        let shown = |source: usize| self.sources[source][Kind::Marketing as usize] - self.bulk[source];
        let [form, subject, text] = [0, 1, 2].map(shown);
        let are_two =
            |one: i32, other: i32| one.min(other) >= weighing.second && one.max(other) >= weighing.source;
        are_two(form, subject)
            || are_two(subject, text)
            || self.several && (are_two(form, text) || self.bulk[0] > 0 && text >= weighing.full)
    }

    /// Whether they show so much marketing that what comes is not weighed.
    pub fn is_sure(&self, weighing: Weighing) -> bool {
        let lead = Weighing { margin: SURE, ..weighing };
        self.evidence.is_none() && self.decides(lead).0 == Some(Kind::Marketing)
    }

    /// Whether they speak more for marketing than for any other kind.
    pub fn leans_to_marketing(&self) -> bool {
        let points = self.sums();
        let marketing = points[Kind::Marketing as usize];
        let others = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Marketing);
        marketing > 0 && others.into_iter().all(|kind| points[kind as usize] < marketing)
    }

    /// The kind that these points decide, if any, and what they prove.
    pub fn decides(&self, weighing: Weighing) -> (Option<Kind>, Option<Evidence>) {
        let points = self.points();
        let leader = (0..KINDS).rev().max_by_key(|kind| points[*kind]).unwrap_or(0);
        let next = (0..KINDS).filter(|kind| *kind != leader).map(|kind| points[kind]).max().unwrap_or(0);
        let kind = Kind::ALL[leader];
        let leads = points[leader] >= weighing.threshold && points[leader] - next >= weighing.margin;
        let kind = (leads && (kind != Kind::Marketing || self.has_two_sources(weighing))).then_some(kind);
        // An advertisement proves no purchase; a confirmation is one also where it makes an offer.
        let proves =
            |evidence: &Evidence| *evidence != Evidence::Purchase || kind == Some(Kind::Transactional);
        (kind, self.evidence.filter(proves))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHING: Weighing = Weighing { threshold: 10, margin: 3, source: 4, second: 4, full: 9 };

    fn weighed(marketing: [i32; 3], transactional: i32) -> Option<Kind> {
        let mut weighed = Weighed::default();
        for (source, points) in marketing.into_iter().enumerate() {
            weighed.sources[source][Kind::Marketing as usize] = points;
        }
        weighed.sources[0][Kind::Transactional as usize] = transactional;
        weighed.decides(WEIGHING).0
    }

    #[test]
    fn marketing_needs_the_threshold_the_margin_and_two_sources() {
        assert_eq!(weighed([5, 5, 0], 7), Some(Kind::Marketing));
        assert_eq!(weighed([5, 4, 0], 0), None);
        assert_eq!(weighed([5, 5, 0], 8), None);
        assert_eq!(weighed([0, 12, 0], 0), None);
        assert_eq!(weighed([4, 0, 4], 11), Some(Kind::Transactional));
    }

    #[test]
    fn bulk_mail_is_no_source_but_with_a_text_full_of_offers() {
        let decided = |form: i32, subject: i32, text: i32| {
            let mut weighed = Weighed { bulk: [form, 0, 0], several: text > 7, ..Weighed::default() };
            let marketing = [form, subject, text].into_iter().zip(&mut weighed.sources);
            marketing.for_each(|(points, source)| source[Kind::Marketing as usize] = points);
            weighed.decides(WEIGHING).0
        };
        assert_eq!((decided(8, 20, 0), decided(8, 0, 8)), (None, None));
        assert_eq!((decided(8, 0, 9), decided(8, 5, 5)), (Some(Kind::Marketing), Some(Kind::Marketing)));
    }

    #[test]
    fn an_advertisement_proves_no_purchase() {
        let evidence = |transactional: i32| {
            let mut weighed = Weighed { evidence: Some(Evidence::Purchase), ..Weighed::default() };
            weighed.sources[0] = [12, 0, 0, 0, 0, 0];
            weighed.sources[1] = [12, transactional, 0, 0, 0, 0];
            weighed.sources[2] = [0, transactional, 0, 0, 0, 0];
            weighed.sources[0][1] = transactional;
            weighed.decides(WEIGHING).1
        };
        assert_eq!((evidence(0), evidence(12)), (None, Some(Evidence::Purchase)));
    }
}
