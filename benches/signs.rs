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
//! A folder has one folder for each kind with messages in it (`<kind>/*.eml`). The points are those of a softmax model
//! without negative weights, each sign speaking only for the kinds that the table gives it: its likelihood is maximised
//! with a small penalty, then the weights are rounded. The tenth part of the senders that is measured was never seen.

use mailfatigue::classify::{Kind, SeenIn, Sign};
use mailfatigue::fact::Lens;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

const KINDS: usize = Kind::ALL.len();

/// Points for one unit of the model's log-odds.
const SCALE: f64 = 12.0;

/// How many parts the senders are dealt into.
const PARTS: u64 = 10;

/// Steps of the ascent, their length, how strongly weights are pulled to where they start, and where that is.
const STEPS: usize = 600;
const STEP: f64 = 0.5;
const PULL: f64 = 0.001;
const START: f64 = 1.0;

/// The most points that a single phrase may have for marketing: alone it decides nothing.
const PHRASE: f64 = 16.0;

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
    let lens = Lens { with_details: true, with_signs: true, ..Lens::plain(1_795_305_600)? };
    let mut messages = Vec::new();
    for folder in &folders {
        messages.extend(read(&lens, Path::new(folder))?);
    }
    let signs = lens.rules.signs();
    let weighing = lens.rules.weighing();
    let of = |name: &str, table: i32| {
        options.iter().find_map(|option| option.strip_prefix(name)?.parse().ok()).unwrap_or(f64::from(table))
    };
    let judge = Judge {
        signs,
        threshold: of("--threshold=", weighing.threshold),
        margin: of("--margin=", weighing.margin),
        source: of("--source=", weighing.source),
        full: of("--full=", weighing.full),
        second: of("--second=", weighing.second),
    };
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
    let left_out: Vec<Table> = (0..parts).map(|part| judge.fit(&messages, Some(part))).collect();
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
    let fitted = judge.fit(&messages, None);
    report("fitted, the same messages", &messages, |message| judge.decide(message, &fitted));
    for folder in options.iter().filter_map(|option| option.strip_prefix("--held-out=")) {
        let held_out = read(&lens, Path::new(folder))?;
        report(&format!("fitted, {folder} held out"), &held_out, |message| judge.decide(message, &fitted));
        if has("--wrong-held-out") {
            wrong(&held_out, |message| judge.decide(message, &fitted), &fitted, signs);
        }
    }
    if has("--signs") {
        worth(&judge, &messages, &fitted);
    }
    if has("--write") {
        write(signs, &fitted)?;
    }
    Ok(())
}

fn read(lens: &Lens, folder: &Path) -> Result<Vec<Message>, Box<dyn Error>> {
    let mut messages = Vec::new();
    for kind in Kind::ALL {
        let Ok(entries) = std::fs::read_dir(folder.join(kind.word())) else { continue };
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "eml")) {
            let bytes = std::fs::read(&path)?;
            let (decided, rule, signs) = lens.weigh(&bytes).ok_or("a message that can't be read")?;
            let by_rule = !matches!(rule, "weighed" | "no-evidence");
            let sender = lens.sender_of(&bytes).map_or(String::new(), |sender| sender.name);
            let number = |sign: &&Sign| lens.rules.signs().iter().position(|known| known.id == sign.id);
            let signs = signs.iter().filter_map(number).collect();
            messages.push(Message { path, kind, sender, certain: by_rule.then_some(decided), signs });
        }
    }
    Ok(messages)
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
    source: f64,
    full: f64,
    second: f64,
}

impl Judge<'_> {
    fn sums(&self, message: &Message, table: &Table) -> [f64; KINDS] {
        let (mut sums, mut bulk) = ([0.0; KINDS], 0.0);
        for sign in &message.signs {
            sums.iter_mut().zip(table[*sign]).for_each(|(sum, points)| *sum += points);
            bulk += if self.signs[*sign].bulk { table[*sign][Kind::Marketing as usize] } else { 0.0 };
        }
        // What shows no more than bulk mail counts at most as much as all else.
        let marketing = &mut sums[Kind::Marketing as usize];
        *marketing = f64::min(*marketing, 2.0 * (*marketing - bulk));
        sums
    }

    /// The kind that points decide; undecided mail is called a notification.
    fn decide(&self, message: &Message, table: &Table) -> Kind {
        if let Some(certain) = message.certain {
            return certain;
        }
        let sums = self.sums(message, table);
        let leader = (0..KINDS).rev().max_by(|a, b| sums[*a].total_cmp(&sums[*b])).unwrap_or(0);
        let next = (0..KINDS).filter(|kind| *kind != leader).map(|kind| sums[kind]).fold(0.0, f64::max);
        let marketing = Kind::Marketing as usize;
        let shown = |source: SeenIn, bulk: bool| -> f64 {
            let signs = message.signs.iter().filter(|sign| self.signs[**sign].source == source);
            signs.filter(|sign| self.signs[**sign].bulk == bulk).map(|sign| table[*sign][marketing]).sum()
        };
        let phrases = message.signs.iter().map(|sign| &self.signs[*sign]).any(|sign| sign.several);
        let [form, subject, text] =
            [SeenIn::Form, SeenIn::Subject, SeenIn::Text].map(|source| shown(source, false));
        let are_two = |one: f64, other: f64| one.min(other) >= self.second && one.max(other) >= self.source;
        let full = shown(SeenIn::Form, true) > 0.0 && text >= self.full;
        let two =
            are_two(form, subject) || are_two(subject, text) || phrases && (are_two(form, text) || full);
        let leads = sums[leader] >= self.threshold && sums[leader] - next >= self.margin;
        if leads && (leader != marketing || two) { Kind::ALL[leader] } else { Kind::Notification }
    }

    /// Points that make the labels of all messages likely, but for those of the senders of one part.
    fn fit(&self, messages: &[Message], left_out: Option<u64>) -> Table {
        let train: Vec<&Message> = messages
            .iter()
            .filter(|message| message.certain.is_none() && left_out != Some(part(&message.sender)))
            .collect();
        let start = |sign: &Sign| {
            let fixed = sign.fixed;
            let of = move |points: i32| if fixed { f64::from(points) / SCALE } else { START };
            sign.points.map(|points| if points > 0 { of(points) } else { 0.0 })
        };
        let mut weights: Table = self.signs.iter().map(start).collect();
        let mut speed: Table = vec![[0.0; KINDS]; weights.len()];
        let mut seen: Table = vec![[1e-8; KINDS]; weights.len()];
        for _ in 0..STEPS {
            let mut slopes: Table = vec![[0.0; KINDS]; weights.len()];
            for message in &train {
                let slope = self.slope(message, &weights);
                for sign in &message.signs {
                    for (sum, slope) in slopes[*sign].iter_mut().zip(slope) {
                        *sum += slope / train.len() as f64;
                    }
                }
            }
            let free = weights.iter_mut().enumerate().filter(|(sign, _)| !self.signs[*sign].fixed);
            for (sign, weights) in free {
                for kind in (0..KINDS).filter(|kind| self.signs[sign].points[*kind] > 0) {
                    let slope = slopes[sign][kind] - PULL * (weights[kind] - START);
                    // Steps as in Adam: a rare sign learns as fast as a common one.
                    speed[sign][kind] = 0.9 * speed[sign][kind] + 0.1 * slope;
                    seen[sign][kind] = 0.99 * seen[sign][kind] + 0.01 * slope * slope;
                    let step = STEP * 0.1 * speed[sign][kind] / (seen[sign][kind].sqrt() + 1e-5);
                    let most = if kind == Kind::Marketing as usize && self.signs[sign].is_a_phrase() {
                        PHRASE
                    } else {
                        f64::MAX
                    };
                    weights[kind] = (weights[kind] + step).clamp(1.0 / SCALE, most / SCALE);
                }
            }
        }
        weights.iter().map(|weights| weights.map(|weight| (weight * SCALE).round())).collect()
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
        // Nobody's letter may be called marketing.
        let cost = match message.kind {
            Kind::Marketing | Kind::Transactional | Kind::Notification => 1.0,
            Kind::Discussion | Kind::Personal | Kind::Automatic => 5.0,
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
        for margin in [6.0, 9.0, 12.0, 15.0, 20.0] {
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
        let of = |source: SeenIn| -> f64 {
            let of_source =
                message.signs.iter().filter(|sign| signs[**sign].source == source && !signs[**sign].bulk);
            of_source.map(|sign| table[*sign][0]).sum()
        };
        println!(
            "    marketing by form {}, subject {}, text {}",
            of(SeenIn::Form),
            of(SeenIn::Subject),
            of(SeenIn::Text)
        );
        for sign in &message.signs {
            let points: Vec<String> = Kind::ALL
                .iter()
                .filter(|kind| table[*sign][**kind as usize] > 0.0)
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
            .filter(|kind| sign.points[**kind as usize] > 0)
            .map(|kind| format!("{} {}", kind.word(), fitted[number][*kind as usize]))
            .collect();
        println!("{:40}{:>10}{:>10}  {}", sign.id, with(true), with(false), points.join(", "));
    }
}

/// Puts points into the table of signs; a sign keeps at least one for each kind that it speaks for.
fn write(signs: &[Sign], fitted: &Table) -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/classify/signs.toml");
    let text = std::fs::read_to_string(&path)?;
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("points = ") {
            let of: Vec<String> = Kind::ALL
                .iter()
                .filter(|kind| signs[at].points[**kind as usize] > 0)
                .map(|kind| format!("{} = {}", kind.word(), fitted[at][*kind as usize].max(1.0)))
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
