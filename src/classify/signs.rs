//! Evidence that adds up: signs with points, where no rule is certain.
//!
//! A sign says little alone. The points of all signs of a message are summed for each kind; a kind is decided where its
//! sum reaches the threshold and leads every other by the margin. Marketing also has to show in at least two of the three
//! sources, so that no subject and no platform decides alone. What speaks for another kind may count against marketing.

use super::rule_file::{Text, Weighing};
use super::signals::{MOST, Signals};
use super::{Evidence, Kind};

/// Where a sign was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SeenIn {
    /// How the message is sent and made: fields, links, pictures, footer.
    Form,
    /// The subject.
    Subject,
    /// What the text says before its footer.
    Text,
}

/// The lead of marketing with which the rest of a message is not weighed: of 11,970 labelled messages and messages of
/// collections of real mail one changes its kind, to the right one; without it mixed mail takes a sixth longer.
const SURE: i32 = 40;

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
    /// What it adds; for marketing it may be less than nothing.
    pub points: Points,
    /// Where it is seen.
    pub source: SeenIn,
    /// Whether it shows no more than bulk mail.
    pub bulk: bool,
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
    /// The sums over all sources.
    points: Points,
    /// Those of them for marketing that show no more than bulk mail.
    bulk: i32,
    /// By source, whether a sign speaks for marketing.
    sources: [bool; 3],
    /// Whether several phrases of the text speak for marketing.
    several: bool,
    evidence: Option<Evidence>,
}

impl Sign {
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
            weighed.points.iter_mut().zip(sign.points).for_each(|(sum, points)| *sum += points);
            weighed.bulk += if sign.bulk { sign.points[Kind::Marketing as usize] } else { 0 };
            weighed.sources[sign.source as usize] |= sign.points[Kind::Marketing as usize] > 0;
            weighed.several |= sign.several;
            if sign.evidence.is_some() && number < first_evidence {
                (weighed.evidence, first_evidence) = (sign.evidence, number);
            }
        }
        weighed
    }
}

impl Weighed {
    /// The sums by which a kind is decided: what shows no more than bulk mail counts at most as much as all else.
    fn decisive(&self) -> Points {
        let mut points = self.points;
        let marketing = &mut points[Kind::Marketing as usize];
        *marketing = (*marketing).min(2 * (*marketing - self.bulk));
        points
    }

    /// Whether signs in two of form, subject and text speak for marketing. Beside the form alone a single phrase of the
    /// text shows nothing, because it may be in any mail that such a platform sends.
    fn has_two_sources(&self) -> bool {
        let [form, subject, text] = self.sources;
        subject && (form || text) || form && text && self.several
    }

    /// Whether they show so much marketing that what comes is not weighed.
    pub fn is_sure(&self, weighing: Weighing) -> bool {
        let lead = Weighing { margin: SURE, ..weighing };
        self.evidence.is_none() && self.decides(lead).0 == Some(Kind::Marketing)
    }

    /// Whether they speak for marketing and no other kind says more, or next to nothing: of a text that says little, a few
    /// points more or less are chance.
    pub fn leans_to_marketing(&self, weighing: Weighing) -> bool {
        let points = self.points;
        let marketing = points[Kind::Marketing as usize];
        let enough = marketing.max(weighing.threshold / 2);
        let others = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Marketing);
        marketing > 0 && others.into_iter().all(|kind| points[kind as usize] <= enough)
    }

    /// The kind that these points decide, if any, and what they prove.
    pub fn decides(&self, weighing: Weighing) -> (Option<Kind>, Option<Evidence>) {
        let points = self.decisive();
        let leader = (0..KINDS).rev().max_by_key(|kind| points[*kind]).unwrap_or(0);
        let next = (0..KINDS).filter(|kind| *kind != leader).map(|kind| points[kind]).max().unwrap_or(0);
        let kind = Kind::ALL[leader];
        let leads = points[leader] >= weighing.threshold && points[leader] - next >= weighing.margin;
        let kind = (leads && (kind != Kind::Marketing || self.has_two_sources())).then_some(kind);
        // An advertisement proves no purchase; a confirmation is one also where it makes an offer.
        let proves =
            |evidence: &Evidence| *evidence != Evidence::Purchase || kind == Some(Kind::Transactional);
        (kind, self.evidence.filter(proves))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHING: Weighing = Weighing { threshold: 10, margin: 3 };

    fn weighed(marketing: [i32; 3], transactional: i32, several: bool) -> Option<Kind> {
        let points = [marketing.iter().sum(), transactional, 0, 0, 0, 0];
        let sources = marketing.map(|points| points > 0);
        Weighed { points, sources, several, ..Weighed::default() }.decides(WEIGHING).0
    }

    #[test]
    fn marketing_needs_the_threshold_the_margin_and_two_sources() {
        let one = |marketing, transactional| weighed(marketing, transactional, false);
        assert_eq!(one([5, 5, 0], 7), Some(Kind::Marketing));
        assert_eq!(one([5, 4, 0], 0), None);
        assert_eq!(one([5, 5, 0], 8), None);
        assert_eq!(one([0, 12, 0], 0), None);
        assert_eq!(one([12, 12, -15], 0), None);
        assert_eq!(one([4, 0, 4], 11), Some(Kind::Transactional));
    }

    #[test]
    fn bulk_mail_counts_at_most_as_much_as_all_else() {
        let decided = |bulk: i32, other: i32| {
            let points = [bulk + other, 0, 0, 0, 0, 0];
            Weighed { points, bulk, sources: [true; 3], ..Weighed::default() }.decides(WEIGHING).0
        };
        assert_eq!((decided(20, 4), decided(20, 5)), (None, Some(Kind::Marketing)));
    }

    #[test]
    fn a_single_phrase_of_the_text_is_no_source_beside_the_form() {
        assert_eq!(
            (weighed([6, 0, 6], 0, false), weighed([0, 6, 6], 0, false)),
            (None, Some(Kind::Marketing))
        );
        assert_eq!(weighed([6, 0, 6], 0, true), Some(Kind::Marketing));
    }

    #[test]
    fn an_advertisement_proves_no_purchase() {
        let evidence = |transactional: i32| {
            let points = [24, transactional, 0, 0, 0, 0];
            let evidence = Some(Evidence::Purchase);
            let weighed = Weighed { points, sources: [true; 3], evidence, ..Weighed::default() };
            weighed.decides(WEIGHING).1
        };
        assert_eq!((evidence(0), evidence(36)), (None, Some(Evidence::Purchase)));
    }
}
