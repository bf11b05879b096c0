//! What the signs of kinds are worth: measures them on labelled messages, whole senders left out, and fits their points.
//!
//! ```sh
//! cargo run --release --example signs -- fixtures/kinds            # precision and recall over left-out senders
//! cargo run --release --example signs -- --signs fixtures/kinds    # and what each sign is worth
//! cargo run --release --example signs -- --write fixtures/kinds    # and put the fitted points into signs.toml
//! cargo run --release --example signs -- --quick --write fixtures/kinds # the same without leaving senders out: in seconds
//! cargo run --release --example signs -- --wrong-out fixtures/kinds # and name each message that is then decided wrongly
//! cargo run --release --example signs -- --held-out=OTHER fixtures/kinds # and how another set does
//! ```
//!
//! A folder has one folder for each kind with messages in it (`<kind>/*.eml`). The points are those of a softmax model:
//! a sign speaks for the kinds that the table gives it points above zero for, and may count against marketing where it does
//! not speak for it. Their likelihood is maximised with a small penalty, then the weights are rounded. The tenth part of
//! the senders that is measured was never seen. So that no phrase decides alone, messages that one phrase would turn are
//! learned from, too, until there is none.

#[path = "../tests/common/one_phrase.rs"]
mod one_phrase;

use mailfatigue::classify::{Kind, SeenIn, Sign};
use mailfatigue::fact::ReadingSettings;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

const KINDS: usize = Kind::ALL.len();

/// Points for one unit of the model's log-odds.
const SCALE: f64 = 12.0;

/// How many parts the senders are dealt into.
const PARTS: u64 = 10;

/// Steps of the ascent and their length.
const STEPS: usize = 600;
const STEP: f64 = 0.05;

/// Where the weight of a sign for what it speaks for starts, and how strongly it is pulled there; one that only counts
/// against marketing starts at nothing and is pulled there.
const START: f64 = 1.0;
const PULL: f64 = 0.001;
const PULL_AGAINST: f64 = 0.006;

/// The most points that a sign may have for marketing: none decides alone.
const MOST: f64 = 16.0;

/// The same of a link in words of its own: service mail has some, too, in words that no list of service mail knows, and
/// with a way out that must not be enough.
const MOST_OF_A_BUTTON: f64 = 8.0;

/// The fewest points that a deal's word with its own number has for a deal: an offer beside it never outweighs it.
const LEAST_OF_A_NUMBERED_DEAL: f64 = 36.0;

/// How much worse it is to call other mail marketing than to miss marketing: service mail, and what people write.
const SERVICE: f64 = 2.0;
const LETTER: f64 = 5.0;

/// How often points are fitted anew with the messages that one phrase still turns, and as how many labelled messages such a
/// message counts at first; each time that it is still turned it counts twice as much.
const ROUNDS: usize = 10;
const TURNED: f64 = 0.1;

/// How good it is to take one kind of mail that is no marketing for another, or to leave it undecided.
const ANOTHER: f64 = 0.5;

/// A labelled message.
struct Message {
    path: PathBuf,
    kind: Kind,
    sender: String,
    /// What a rule decided, where one did.
    certain: Option<Kind>,
    /// The numbers of its signs.
    signs: Vec<usize>,
}

/// Points of each sign for each kind.
type Table = Vec<[f64; KINDS]>;

fn main() -> Result<(), Box<dyn Error>> {
    let (options, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let has = |option: &str| options.iter().any(|given| given == option);
    let settings =
        ReadingSettings { with_details: true, with_signs: true, ..ReadingSettings::plain(1_795_305_600)? };
    let mut messages = Vec::new();
    for folder in &folders {
        messages.extend(read(&settings, Path::new(folder))?);
    }
    let signs = settings.rules.signs();
    let weighing = settings.rules.weighing();
    let of = |name: &str, table: i32| {
        options.iter().find_map(|option| option.strip_prefix(name)?.parse().ok()).unwrap_or(f64::from(table))
    };
    let judge = Judge {
        signs,
        threshold: of("--threshold=", weighing.threshold),
        margin: of("--margin=", weighing.margin),
    };
    let one_phrase = with_one_phrase(&settings);
    let now: Table = signs.iter().map(|sign| sign.points.map(f64::from)).collect();
    let senders: BTreeSet<&str> = messages.iter().map(|message| message.sender.as_str()).collect();
    println!("{} messages of {} senders", messages.len(), senders.len());
    report("points as in the table", &messages, |message| judge.decide(message, &now));
    if has("--wrong") {
        wrong(&messages, |message| judge.decide(message, &now), &now, signs);
    }
    if has("--only") {
        return Ok(());
    }
    let parts = if has("--quick") { 0 } else { PARTS };
    let left_out: Vec<Table> = (0..parts).map(|part| judge.fit(&messages, &one_phrase, Some(part))).collect();
    let of = |message: &Message| left_out.get(part(&message.sender) as usize).unwrap_or(&now);
    if has("--sweep") && parts > 0 {
        sweep(&judge, &messages, &left_out);
    }
    if parts > 0 {
        report("fitted, senders left out", &messages, |message| judge.decide(message, of(message)));
    }
    if has("--wrong-out") {
        wrong(&messages, |message| judge.decide(message, of(message)), &now, signs);
    }
    let fitted = judge.fit(&messages, &one_phrase, None);
    report("fitted, the same messages", &messages, |message| judge.decide(message, &fitted));
    for folder in options.iter().filter_map(|option| option.strip_prefix("--held-out=")) {
        let held_out = read(&settings, Path::new(folder))?;
        report(&format!("fitted, {folder} held out"), &held_out, |message| judge.decide(message, &fitted));
        if has("--wrong-held-out") {
            wrong(&held_out, |message| judge.decide(message, &fitted), &fitted, signs);
        }
    }
    if has("--signs") {
        worth(&judge, &messages, &fitted);
    }
    if has("--write") {
        write(&fitted)?;
    }
    Ok(())
}

fn read(settings: &ReadingSettings, folder: &Path) -> Result<Vec<Message>, Box<dyn Error>> {
    let mut messages = Vec::new();
    for kind in Kind::ALL {
        let Ok(entries) = std::fs::read_dir(folder.join(kind.word())) else { continue };
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "eml")) {
            let bytes = std::fs::read(&path)?;
            let (certain, signs) = weigh(settings, &bytes).ok_or("a message that can't be read")?;
            let sender = settings.sender_of(&bytes).map_or(String::new(), |sender| sender.name);
            messages.push(Message { path, kind, sender, certain, signs });
        }
    }
    Ok(messages)
}

/// What a rule decides of a message, if one does, and the numbers of its signs.
fn weigh(settings: &ReadingSettings, message: &[u8]) -> Option<(Option<Kind>, Vec<usize>)> {
    let (decided, rule, signs) = settings.weigh(message)?;
    let certain = (!matches!(rule, "weighed" | "no-evidence")).then_some(decided);
    let number = |sign: &&Sign| settings.rules.signs().iter().position(|known| known.id == sign.id);
    Some((certain, signs.iter().filter_map(number).collect()))
}

/// Messages with one phrase in them that show nothing: one for each set of signs that they have.
fn with_one_phrase(settings: &ReadingSettings) -> Vec<Message> {
    let phrases = one_phrase::phrases();
    let sets = std::thread::scope(|scope| {
        let part = |phrases: &[String], from: usize| -> BTreeSet<Vec<usize>> {
            let all = (from..).zip(phrases).flat_map(|(at, phrase)| one_phrase::messages(at, phrase));
            let undecided = all.filter_map(|message| weigh(settings, message.as_bytes()));
            undecided.filter(|(certain, _)| certain.is_none()).map(|(_, signs)| signs).collect()
        };
        let (one, other) = phrases.split_at(phrases.len() / 2);
        let one = scope.spawn(move || part(one, 0));
        let mut sets = part(other, phrases.len() / 2);
        sets.append(&mut one.join().expect("no panic"));
        sets
    });
    let message = |signs| Message {
        path: PathBuf::new(),
        kind: Kind::Notification,
        sender: String::new(),
        certain: None,
        signs,
    };
    sets.into_iter().map(message).collect()
}

/// The part that a sender is dealt into (FNV-1a).
fn part(sender: &str) -> u64 {
    let hash = sender.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    (hash >> 17) % PARTS
}

#[derive(Clone, Copy)]
struct Judge<'a> {
    signs: &'a [Sign],
    threshold: f64,
    margin: f64,
}

impl Judge<'_> {
    fn sums(&self, message: &Message, table: &Table) -> [f64; KINDS] {
        let mut sums = [0.0; KINDS];
        for sign in &message.signs {
            sums.iter_mut().zip(table[*sign]).for_each(|(sum, points)| *sum += points);
        }
        sums
    }

    /// The kind that points decide; undecided mail is called a notification.
    fn decide(&self, message: &Message, table: &Table) -> Kind {
        if let Some(certain) = message.certain {
            return certain;
        }
        let mut sums = self.sums(message, table);
        let marketing = Kind::Marketing as usize;
        // What shows no more than bulk mail counts at most as much as all else.
        let bulk = message.signs.iter().filter(|sign| self.signs[**sign].bulk);
        let other = sums[marketing] - bulk.map(|sign| table[*sign][marketing]).sum::<f64>();
        sums[marketing] = f64::min(sums[marketing], 2.0 * other);
        let leader = (0..KINDS).rev().max_by(|a, b| sums[*a].total_cmp(&sums[*b])).unwrap_or(0);
        let next = (0..KINDS).filter(|kind| *kind != leader).map(|kind| sums[kind]).fold(0.0, f64::max);
        let speak = message.signs.iter().filter(|sign| table[**sign][marketing] > 0.0);
        let sources: BTreeSet<SeenIn> = speak.map(|sign| self.signs[*sign].source).collect();
        let [form, subject, text] =
            [SeenIn::Form, SeenIn::Subject, SeenIn::Text].map(|source| sources.contains(&source));
        let several = message.signs.iter().any(|sign| self.signs[*sign].several);
        let are_two = subject && (form || text) || form && text && several;
        let leads = sums[leader] >= self.threshold && sums[leader] - next >= self.margin;
        if leads && (leader != marketing || are_two) { Kind::ALL[leader] } else { Kind::Notification }
    }

    /// Points that make the labels of all messages likely, but for those of the senders of one part, and under which no
    /// message becomes marketing by one phrase.
    fn fit(&self, messages: &[Message], one_phrase: &[Message], left_out: Option<u64>) -> Table {
        let mut weights = vec![0.0; one_phrase.len()];
        let mut table = Table::new();
        for round in 0..ROUNDS {
            let with_weight = one_phrase.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
            table = self.learn(
                messages,
                &with_weight.map(|(message, weight)| (message, *weight)).collect::<Vec<_>>(),
                left_out,
            );
            let mut turned = 0;
            for (message, weight) in one_phrase.iter().zip(&mut weights) {
                if self.decide(message, &table) == Kind::Marketing {
                    *weight = f64::max(TURNED, 2.0 * *weight);
                    turned += 1;
                }
            }
            eprintln!("round {}: one phrase turns {turned} of {} messages", round + 1, one_phrase.len());
            if turned == 0 {
                break;
            }
        }
        table
    }

    /// Points that make the labels of all messages likely, but for those of the senders of one part.
    fn learn(&self, messages: &[Message], turned: &[(&Message, f64)], left_out: Option<u64>) -> Table {
        let is_learned =
            |message: &&Message| message.certain.is_none() && left_out != Some(part(&message.sender));
        let labelled: Vec<&Message> = messages.iter().filter(is_learned).collect();
        let start: Table = self
            .signs
            .iter()
            .map(|sign| sign.points.map(|points| if points > 0 { START } else { 0.0 }))
            .collect();
        let mut weights = start.clone();
        let mut speed: Table = vec![[0.0; KINDS]; weights.len()];
        let mut seen: Table = vec![[1e-8; KINDS]; weights.len()];
        for _ in 0..STEPS {
            let mut slopes: Table = vec![[0.0; KINDS]; weights.len()];
            let all = labelled.iter().map(|message| (*message, 1.0)).chain(turned.iter().copied());
            for (message, weight) in all {
                let slope = self.slope(message, &weights);
                let share = weight / labelled.len() as f64;
                for sign in &message.signs {
                    slopes[*sign].iter_mut().zip(slope).for_each(|(sum, slope)| *sum += share * slope);
                }
            }
            for (sign, weights) in weights.iter_mut().enumerate() {
                for kind in 0..KINDS {
                    let Some((least, most)) = self.bounds(sign, kind) else { continue };
                    let pull = if self.signs[sign].points[kind] > 0 { PULL } else { PULL_AGAINST };
                    let slope = slopes[sign][kind] - pull * (weights[kind] - start[sign][kind]);
                    // Steps as in Adam: a rare sign learns as fast as a common one.
                    speed[sign][kind] = 0.9 * speed[sign][kind] + 0.1 * slope;
                    seen[sign][kind] = 0.99 * seen[sign][kind] + 0.01 * slope * slope;
                    let step = STEP * speed[sign][kind] / (seen[sign][kind].sqrt() + 1e-5);
                    weights[kind] = (weights[kind] + step).clamp(least / SCALE, most / SCALE);
                }
            }
        }
        weights.iter().map(|weights| weights.map(|weight| (weight * SCALE).round())).collect()
    }

    /// The fewest and the most points that a sign may have for a kind, if any.
    fn bounds(&self, sign: usize, kind: usize) -> Option<(f64, f64)> {
        let is_marketing = kind == Kind::Marketing as usize;
        match self.signs[sign].points[kind] > 0 {
            true if self.signs[sign].id == "numbered-deal-in-text" => {
                Some((LEAST_OF_A_NUMBERED_DEAL, f64::MAX))
            }
            true if !is_marketing => Some((1.0, f64::MAX)),
            true if self.signs[sign].id == "button" => Some((1.0, MOST_OF_A_BUTTON)),
            true => Some((1.0, MOST)),
            false => is_marketing.then_some((f64::MIN, 0.0)),
        }
    }

    /// How the likelihood of a message's label grows with each kind's sum.
    fn slope(&self, message: &Message, weights: &Table) -> [f64; KINDS] {
        let sums = self.sums(message, weights);
        // To stay undecided is one more choice; it is as good as the label of any other kind.
        let undecided = (self.threshold / SCALE - 0.5 * self.margin / SCALE).exp();
        let odds = sums.map(f64::exp);
        let all = undecided + odds.iter().sum::<f64>();
        let label = message.kind as usize;
        let marketing = Kind::Marketing as usize;
        // To take one kind of other mail for another is a small mistake.
        let good: [f64; KINDS] = std::array::from_fn(|kind| match kind {
            kind if kind == label => 1.0,
            kind if kind == marketing || label == marketing => 0.0,
            _ => ANOTHER,
        });
        let stay = if label == marketing { 0.0 } else { ANOTHER };
        let right = stay * undecided + odds.iter().zip(good).map(|(odds, good)| odds * good).sum::<f64>();
        let cost = match message.kind {
            Kind::Marketing => 1.0,
            Kind::Transactional | Kind::Notification => SERVICE,
            Kind::Discussion | Kind::Personal | Kind::Automatic => LETTER,
        };
        let mut slope = [0.0; KINDS];
        for kind in 0..KINDS {
            slope[kind] = cost * (good[kind] * odds[kind] / right - odds[kind] / all);
        }
        slope
    }
}

/// Prints how often each kind is called what, and precision and recall of marketing.
fn report(title: &str, messages: &[Message], decide: impl Fn(&Message) -> Kind) {
    let mut matrix: BTreeMap<(Kind, Kind), usize> = BTreeMap::new();
    for message in messages {
        *matrix.entry((message.kind, decide(message))).or_default() += 1;
    }
    let count = |truth: Kind, called: Kind| matrix.get(&(truth, called)).copied().unwrap_or(0);
    println!("\n{title}");
    for truth in Kind::ALL {
        let cells: String = Kind::ALL.iter().map(|called| format!("{:>6}", count(truth, *called))).collect();
        println!("{:14}{cells}", truth.word());
    }
    let right = count(Kind::Marketing, Kind::Marketing) as f64;
    let called: usize = Kind::ALL.iter().map(|truth| count(*truth, Kind::Marketing)).sum();
    let are: usize = Kind::ALL.iter().map(|called| count(Kind::Marketing, *called)).sum();
    println!(
        "marketing: precision {:.3}, recall {:.3}",
        right / called.max(1) as f64,
        right / are.max(1) as f64
    );
}

/// Prints precision and recall over left-out senders for other thresholds and margins.
fn sweep(judge: &Judge<'_>, messages: &[Message], left_out: &[Table]) {
    for threshold in [20.0, 24.0] {
        for margin in [12.0, 15.0, 18.0, 21.0, 24.0, 28.0] {
            let judge = Judge { threshold, margin, ..*judge };
            print!("threshold {threshold} margin {margin}: ");
            score(messages, |message| judge.decide(message, &left_out[part(&message.sender) as usize]));
        }
    }
}

/// Prints precision and recall of marketing.
fn score(messages: &[Message], decide: impl Fn(&Message) -> Kind) {
    let (mut right, mut called, mut are) = (0.0, 0.0, 0.0);
    for message in messages {
        let (is, said) = (message.kind == Kind::Marketing, decide(message) == Kind::Marketing);
        right += f64::from(u8::from(is && said));
        called += f64::from(u8::from(said));
        are += f64::from(u8::from(is));
    }
    println!("precision {:.3}, recall {:.3}", right / called, right / are);
}

/// Names each message whose marketing is missed or wrongly seen, with its signs.
fn wrong(messages: &[Message], decide: impl Fn(&Message) -> Kind, table: &Table, signs: &[Sign]) {
    for message in messages {
        let decided = decide(message);
        if (decided == Kind::Marketing) == (message.kind == Kind::Marketing) {
            continue;
        }
        let by = if message.certain.is_some() { "a rule" } else { "signs" };
        println!("\n{} is called {} by {by}", message.path.display(), decided.word());
        let sum =
            |kind: &Kind| -> f64 { message.signs.iter().map(|sign| table[*sign][*kind as usize]).sum() };
        let sums = Kind::ALL.iter().map(|kind| format!("{} {}", kind.word(), sum(kind)));
        println!("    in all: {}", sums.collect::<Vec<_>>().join(", "));
        for sign in &message.signs {
            let points: Vec<String> = Kind::ALL
                .iter()
                .filter(|kind| table[*sign][**kind as usize] != 0.0)
                .map(|kind| format!("{} {}", kind.word(), table[*sign][*kind as usize]))
                .collect();
            println!("    {}: {}", signs[*sign].id, points.join(", "));
        }
    }
}

/// Prints for each sign how many messages of each kind have it, and its fitted points.
fn worth(judge: &Judge<'_>, messages: &[Message], fitted: &Table) {
    println!("\n{:40}{:>10}{:>10}  points", "sign", "marketing", "other");
    for (number, sign) in judge.signs.iter().enumerate() {
        let with = |marketing: bool| {
            messages
                .iter()
                .filter(|message| {
                    (message.kind == Kind::Marketing) == marketing && message.signs.contains(&number)
                })
                .count()
        };
        let points: Vec<String> = Kind::ALL
            .iter()
            .filter(|kind| fitted[number][**kind as usize] != 0.0)
            .map(|kind| format!("{} {}", kind.word(), fitted[number][*kind as usize]))
            .collect();
        println!("{:40}{:>10}{:>10}  {}", sign.id, with(true), with(false), points.join(", "));
    }
}

/// Puts points into the table of signs.
fn write(fitted: &Table) -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/classify/signs.toml");
    let text = std::fs::read_to_string(&path)?;
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("points = ") {
            let of: Vec<String> = Kind::ALL
                .iter()
                .filter(|kind| fitted[at][**kind as usize] != 0.0)
                .map(|kind| format!("{} = {}", kind.word(), fitted[at][*kind as usize]))
                .collect();
            lines.push(format!("points = {{ {} }}", of.join(", ")));
            at += 1;
        } else {
            lines.push(line.to_string());
        }
    }
    std::fs::write(&path, lines.join("\n") + "\n")?;
    Ok(())
}
