//! Consent lists of a large company: 400,000 rows.

mod common;

#[test]
fn one_bad_row_among_many_is_named_and_can_be_left_out() {
    let mut list = "Email,Klaviyo ID,Email Marketing Consent,Email Marketing Consent Timestamp\n".to_string();
    for number in 0..400_000 {
        let event = if number == 300_000 { "MAYBE" } else { "SUBSCRIBED" };
        list += &format!("c{number}@seeds.example,{number},{event},2025-01-01 10:00:00\n");
    }
    let here = common::folder(&[("a.mbox", common::daily().as_bytes()), ("list.csv", list.as_bytes())]);
    let given = ["check", "a.mbox", "--consent", "shop.example=list.csv"];
    let words = [
        "`list.csv` line 300002: unknown word `MAYBE` in the column `Email Marketing Consent`",
        "klaviyo knows never subscribed, subscribe, subscribed, unsubscribed",
    ];
    common::fails_with(&common::run(here.path(), given), &words);
    let run = common::run(here.path(), [&given[..], &["--skip-bad-rows"]].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.err.contains("0 of 399,999 rows of the consent list matched mail"), "{}", run.err);
    assert!(run.err.contains("  399,999 are about customers without any mail"), "{}", run.err);
}
