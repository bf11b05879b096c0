//! From facts to verdicts, at scale: 10 million facts over 200,000 pairs of a sender and a customer.
//!
//! `cargo bench --bench judging`; it takes about 3 GiB of memory.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use mailfatigue::consent::{Findings, Ledger};
use mailfatigue::fact::{
    AddressId, Batch, CustomerId, Fact, FactReader, Kind, NameTable, ReadingSettings, SenderId, Traits,
};
use mailfatigue::history::{History, Scope};
use mailfatigue::judge::{Case, JudgeContext};
use mailfatigue::mailbox::read_message;
use mailfatigue::policy::Policy;
use mailfatigue::time::{Day, Time, Zone};
use std::hint::black_box;

/// 2026-11-22T00:00:00Z.
const NOW: i64 = 1_795_305_600;
const FACTS: u32 = 10_000_000;
const SENDERS: u32 = 2_000;
const CUSTOMERS: u32 = 100;

/// Names of senders, then of their addresses, then of customers.
fn names() -> NameTable {
    let mut names = NameTable::default();
    for sender in 0..SENDERS {
        names.number::<SenderId>(&format!("shop{sender}.example"));
    }
    for sender in 0..SENDERS {
        names.number::<AddressId>(&format!("news@shop{sender}.example"));
    }
    for customer in 0..CUSTOMERS {
        names.number::<CustomerId>(&format!("robin{customer}@home.example"));
    }
    names
}

/// Facts as a mailbox of years gives them: in order of time, pairs mixed; in steps that no calendar knows.
fn facts(settings: &ReadingSettings) -> Vec<Fact> {
    let mut reader = FactReader::new(settings);
    read_message(
        b"From: news@shop0.example\nSubject: 20% off\nList-Unsubscribe: <https://shop0.example/u>\n\n",
        &mut reader,
    );
    let pattern = reader.take().batch.facts[0];
    let mut state = 1_u64;
    let facts = (0..FACTS).map(|order| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pair = u32::try_from(state >> 40).expect("24 bits") % (SENDERS * CUSTOMERS);
        let (sender, customer) = (pair % SENDERS, pair / SENDERS);
        Fact {
            identity: state | 1,
            message_id: 0,
            order,
            time: Time::believed(NOW - 60_000_000 + 6 * i64::from(order), NOW),
            sender: SenderId::from(sender),
            customer: CustomerId::from(2 * SENDERS + customer),
            from: AddressId::from(SENDERS + sender),
            name: None,
            list: None,
            kind: if state >> 62 == 0 { Kind::Notification } else { Kind::Marketing },
            traits: Traits::default().with(Traits::READ_KNOWN, true),
            ..pattern
        }
    });
    facts.collect()
}

fn judging(c: &mut Criterion) {
    let settings = ReadingSettings::plain(NOW).expect("valid rules");
    let batch = |facts: &[Fact]| Batch { facts: facts.to_vec(), read: FACTS, ..Batch::default() };
    let facts = facts(&settings);
    let zone = Zone::named("Europe/Berlin").expect("a zone");
    let mut group = c.benchmark_group("10 million facts");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(FACTS)));
    group.bench_function("sorted by pair", |b| {
        b.iter_batched(
            || (batch(&facts), names()),
            |(batch, names)| History::of(batch, names, settings.rules.of_streams(), &zone),
            BatchSize::PerIteration,
        );
    });
    let history = History::of(batch(&facts), names(), settings.rules.of_streams(), &zone);
    drop(facts);
    let (ledger, findings) = (Ledger::default(), Findings::of(&history, &zone));
    let policy = Policy::built_in().expect("valid");
    let scope = Scope {
        zone,
        since: None,
        until: None,
        include_spam: false,
        include_unverified: false,
        count_mixed: false,
    };
    let bench = JudgeContext {
        history: &history,
        scope: &scope,
        ledger: &ledger,
        findings: &findings,
        policy: &policy,
        senders: &settings.senders,
        rules: &settings.rules,
        as_of: Day::parse("2026-11-20"),
    };
    group.bench_function("judged", |b| {
        b.iter(|| {
            let cases = history.pairs().map(|pair| Case::of(pair, &bench, 1));
            black_box(cases.filter(|case| case.is_flagged(&policy)).count())
        });
    });
    group.finish();
}

criterion_group!(benches, judging);
criterion_main!(benches);
