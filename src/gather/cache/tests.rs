//! Whatever happens to mailboxes and cache, a run with a cache gives what one without gives.

use super::*;
use crate::mailbox::{StatPolicy, survey_with_outputs};
use proptest::prelude::*;
use std::fs::{self, File};
use std::time::{Duration, SystemTime};

mod world;

use world::{NOW, World, journal_report, mail, step};

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").map_or(24, |n| n.parse().unwrap_or(24)), ..ProptestConfig::default() })]

    #[test]
    fn a_cache_changes_nothing_whatever_happens(steps in proptest::collection::vec(step(), 1..10)) {
        let mut world = World::new();
        prop_assert_eq!(world.read(true), world.read(false), "at first");
        for step in &steps {
            world.take(step);
            prop_assert_eq!(world.read(true), world.read(false), "after {:?}", step);
        }
        prop_assert_eq!(world.read(true), world.read(false), "once more");
    }
}

/// The names of the files in the cache.
fn kept(world: &World) -> Vec<String> {
    let files = fs::read_dir(world.here.path().join("cache")).expect("the cache");
    let mut names: Vec<String> =
        files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn only_what_is_new_is_read() {
    let mut world = World::new();
    // Without states in it, an mbox only grows.
    let text = fs::read_to_string(world.mbox()).expect("the mbox").replace("X-Mozilla-Status", "X-Other");
    world.change(&world.mbox(), text.replace("Status", "Other").as_bytes());
    world.read(true);
    let first = kept(&world);
    assert!(
        first.iter().any(|name| name.starts_with("s-")) && first.iter().any(|name| name.starts_with("f-")),
        "{first:?}"
    );
    let before = fs::read(world.mbox()).expect("the mbox");
    world.change(&world.mbox(), &[before, mail(903).into_bytes(), mail(904).into_bytes()].concat());
    world.read(true);
    let second = kept(&world);
    let new: Vec<&String> = second.iter().filter(|name| !first.contains(name)).collect();
    assert_eq!(new.len(), 1, "one segment more: {new:?}");
    assert!(first.iter().all(|name| second.contains(name)), "{first:?} {second:?}");
}

#[test]
fn a_second_copy_of_a_message_to_several_customers_is_a_message_of_its_own() {
    let mut world = World::new();
    // It comes at the same place of what is new as its first copy, and the last message of each night is read again.
    let nights = [
        (0..40).map(mail).chain([journal_report(), mail(40)]).collect::<String>(),
        (41..80).map(mail).chain([journal_report(), mail(80)]).collect::<String>(),
        mail(81),
    ];
    let mut text = String::new();
    for night in nights {
        text.push_str(&night.replace("Status", "Other"));
        world.change(&world.mbox(), text.as_bytes());
        assert_eq!(world.read(true), world.read(false));
    }
}

#[test]
fn every_shape_gives_other_facts() {
    let mut world = World::new();
    let read = |shape| {
        world.shape = shape;
        world.read(true)
    };
    let read: HashSet<String> = (0..5).map(read).collect();
    assert_eq!(read.len(), 5, "owner, brands and two files of rules");
}

#[test]
fn what_a_killed_run_left_is_removed_and_what_another_run_writes_is_not() {
    let mut world = World::new();
    world.read(true);
    let half = |name: &str| world.here.path().join("cache").join(format!(".writing-{name}"));
    let (left, written) = (half("left"), half("now"));
    world.change(&left, b"half");
    fs::write(&written, b"half").expect("written");
    assert_eq!(world.read(true), world.read(false));
    assert!(!left.exists() && written.exists());
}

#[cfg(unix)]
#[test]
fn a_cache_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.read(true);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let folder = world.here.path().join("cache");
    assert_eq!(mode(&folder), 0o700);
    assert!(kept(&world).iter().all(|name| mode(&folder.join(name)) == 0o600));
}

#[test]
fn two_runs_at_once_give_what_one_gives() {
    let world = World::new();
    let alone = world.read(false);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| (world.read(true), world.read(true)))).collect();
        for run in runs {
            let (first, second) = run.join().expect("a run");
            assert_eq!((&first, &second), (&alone, &alone));
        }
    });
}

#[cfg(unix)]
#[test]
fn of_a_maildir_only_the_first_file_that_is_kept_with_others_is_looked_at() {
    let kept_first = |world: &World| kept(world).into_iter().filter(|name| name.starts_with("f-")).count();
    // One in 64 inodes ends the messages that are kept together.
    let are_kept_together = |world: &World| {
        assert_eq!(world.read(true), world.read(false));
        kept_first(world) == 1
    };
    let mut world = std::iter::repeat_with(World::new).find(are_kept_together).expect("a world");
    let key = |world: &World| {
        let (arguments, settings) = ([world.here.path().join("Maildir")], world.settings(true));
        let keep = world.keep();
        let cache =
            Cache::open(&world.here.path().join("cache"), &arguments, &settings, keep).expect("a folder");
        let survey = survey_with_outputs(&arguments, &[], StatPolicy::ExceptMaildirs);
        assert!(survey.sources.iter().all(|source| source.inode.is_some() && source.size.is_none()));
        (cache.key(&survey.sources).expect("a key"), survey.sources)
    };
    let (before, _) = key(&world);
    let files = world.files();
    // No program changes a message of a Maildir in place: were it to change all, the first would show it.
    world.change(&files[3], b"From: other@shop.example\n\n");
    assert_eq!(key(&world).0, before);
    world.change(&files[0], b"From: other@shop.example\n\n");
    assert_ne!(key(&world).0, before);
    assert_eq!(world.read(true), world.read(false));
}

#[cfg(unix)]
#[test]
fn a_message_that_was_just_delivered_is_kept_only_by_a_later_run() {
    let world = World::new();
    world.files().iter().for_each(|file| fs::remove_file(file).expect("removed"));
    std::fs::write(world.here.path().join("Maildir/cur/1799999999.x.y:2,"), mail(5)).expect("written");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW as u64 - 1);
    let file = File::options().write(true).open(world.here.path().join("Maildir/cur/1799999999.x.y:2,"));
    file.expect("the file").set_modified(time).expect("a time");
    world.read(true);
    assert!(!kept(&world).iter().any(|name| name.starts_with("f-")), "{:?}", kept(&world));
}
