//! Judging a model: use, misuse, and threads.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::Arc;

use farspan::eval::*;
use farspan::{Context, ContextConfig, Result, Status, Tensor, TensorMut};

fn near(got: f64, expected: f64, tolerance: f64) -> bool {
    (got - expected).abs() <= tolerance
}

fn refused<T: std::fmt::Debug>(result: Result<T>, status: Status, argument: i32, word: &str) {
    let error = result.expect_err(word);
    assert_eq!((error.status(), error.argument()), (status, argument), "{}", error);
    assert!(error.message().contains(word), "{}", error);
}

const SHAPE: [i64; 4] = [1, 1, 3, 2];

#[test]
fn loss_and_gradient_of_a_two_way_choice() {
    let mut logits = [0.0, 3f32.ln(), 5.0, 5.0, 1.0, 2.0];
    let (targets, weights) = ([1, 0, -100], [1.0, 2.0, 1.0]);
    let (mut nll, mut gradient) = ([-7.0; 3], [0f32; 6]);
    let view = Tensor::contiguous(&logits, SHAPE).unwrap();
    token_nll(None, &view, &targets, -100, &mut nll).unwrap();
    assert!(near(nll[0], (4f64 / 3.0).ln(), 5e-7) && near(nll[1], 2f64.ln(), 5e-7) && nll[2] == 0.0, "{:?}", nll);
    let mut out = TensorMut::contiguous(&mut gradient, SHAPE).unwrap();
    token_nll_grad(None, &view, &targets, -100, Some(&weights), &mut out).unwrap();
    for (got, expected) in gradient.iter().zip([0.25, -0.25, -1.0, 1.0, 0.0, 0.0]) {
        assert!(near((*got).into(), expected, 2e-6), "{:?}", gradient);
    }
    let mut both = TensorMut::contiguous(&mut logits, SHAPE).unwrap();
    token_nll_grad_in_place(None, &mut both, &targets, -100, Some(&weights)).unwrap();
    assert_eq!(logits, gradient);
}

#[test]
fn arrays_of_losses_have_their_size() {
    let logits = [0f32; 6];
    let view = Tensor::contiguous(&logits, SHAPE).unwrap();
    let mut nll = [-7.0; 3];
    refused(token_nll(None, &view, &[0, 0], -1, &mut nll), Status::Shape, 4, "targets_count is 2");
    refused(token_nll(None, &view, &[0; 3], -1, &mut nll[..1]), Status::Shape, 7, "nll_count is 1");
    refused(token_nll(None, &view, &[0; 3], 1, &mut nll), Status::ParameterRange, 5, "ignore_index is 1");
    refused(token_nll(None, &view, &[0, 2, 0], -1, &mut nll), Status::ParameterRange, 3, "targets[1] is 2");
    let mut memory = [0f32; 6];
    let mut grad = TensorMut::contiguous(&mut memory, SHAPE).unwrap();
    let weighted =
        |weights: &[f32], grad: &mut TensorMut<'_>| token_nll_grad(None, &view, &[0; 3], -1, Some(weights), grad);
    refused(weighted(&[], &mut grad), Status::Shape, 7, "weights_count is 0");
    refused(weighted(&[1.0, f32::NAN, 1.0], &mut grad), Status::ParameterRange, 6, "weights[1] is nan");
    assert_eq!((nll, memory), ([-7.0; 3], [0.0; 6]));
}

fn sliding() -> WindowsConfig {
    WindowsConfig { bos: Bos::EVERY, tokens: 20, length: 8, stride: 4, ..WindowsConfig::new(WindowsKind::SLIDING) }
}

#[test]
fn windows_are_an_iterator() {
    let windows = Windows::new(&sliding()).unwrap();
    assert_eq!(windows.len(), 4);
    let mut next = 0;
    for (index, window) in windows.clone().enumerate() {
        assert_eq!((window.first_scored, window.bos), (next, 1));
        assert_eq!(window.end - window.rows + window.first_row, window.first_scored);
        assert_eq!(windows.get(index as i64), Ok(window));
        next = window.end;
    }
    assert_eq!(next, 20);
    let ends = |windows: Vec<Window>| windows.iter().map(|window| window.end).collect::<Vec<_>>();
    assert_eq!(ends(windows.clone().rev().collect()), [20, 16, 12, 8]);
    assert_eq!(ends(windows.clone().skip(2).step_by(1).collect()), [16, 20]);
    let mut rest = windows.clone();
    assert_eq!((rest.nth(3).map(|window| window.end), rest.next(), rest.len()), (Some(20), None, 0));
    refused(windows.get(4), Status::ParameterRange, 2, "index is 4");
    refused(Windows::new(&WindowsConfig { bos: Bos(0), ..sliding() }), Status::Method, 1, "config.bos is 0");
    refused(Windows::new(&WindowsConfig { segment: 1, ..sliding() }), Status::Combination, 1, "config.segment");
}

#[test]
fn losses_accumulate_and_merge() {
    assert_eq!(Loss::new().block_tokens, 128, "the default that the header names");
    let mut loss = Loss { block_tokens: 2, ..Loss::new() };
    let mut half = loss;
    loss.add(None, &[1.0; 4], 8).unwrap();
    half.add_scored(None, &[3.0, 9.0, 3.0, 3.0, 3.0], &[1, -100, 1, 1, 1], -100, 8).unwrap();
    loss.merge(&half).unwrap();
    let summary = loss.summary().unwrap();
    assert_eq!((summary.tokens, summary.nll), (8, 2.0));
    assert!(near(summary.standard_error, (1f64 / 3.0).sqrt(), 1e-12) && near(summary.perplexity, 2f64.exp(), 1e-12));
    assert!(near(summary.bits_per_byte, 1.0 / 2f64.ln(), 1e-12));
    assert!(Loss::new().summary().unwrap().nll.is_nan());
    let before = loss;
    refused(loss.add_scored(None, &[1.0, 2.0], &[1], 0, 0), Status::Shape, 6, "targets_count is 1");
    refused(loss.add(None, &[1.0], -1), Status::Shape, 8, "bytes is -1");
    refused(loss.merge(&Loss::new()), Status::Combination, 2, "block_tokens is 128");
    refused(Loss { block_tokens: 0, ..before }.add(None, &[1.0], 0), Status::ParameterRange, 2, "block_tokens is 0");
    refused(Loss { open_tokens: 9, ..before }.summary(), Status::ParameterRange, 1, "loss.");
    assert_eq!(loss, before);
}

#[test]
fn the_curve_sorts_by_context() {
    let mut curve = LossCurve::new(&[1, 3, 100], Loss::new()).unwrap();
    curve.add(None, 0, &[50.0, 1.0, 3.0, 5.0, 5.0, 5.0]).unwrap();
    let mut other = LossCurve::new(&[1, 3, 100], Loss::new()).unwrap();
    other.add_scored(None, 99, &[5.0, 50.0], &[0, 0], 1).unwrap();
    curve.merge(&other).unwrap();
    let counts: Vec<i64> = curve.buckets().iter().map(|bucket| bucket.tokens).collect();
    assert_eq!((curve.edges(), &counts[..]), (&[1, 3, 100][..], &[2, 4][..]));
    assert_eq!(curve.buckets()[0].summary().unwrap().nll, 2.0);
    refused(curve.add(None, -1, &[1.0]), Status::Positions, 6, "first_context is -1");
    refused(curve.add_scored(None, 1, &[1.0], &[], 0), Status::Shape, 10, "targets_count is 0");
    let narrow = LossCurve::new(&[1, 3], Loss::new()).unwrap();
    refused(curve.merge(&narrow), Status::Combination, 2, "other edges");
    refused(LossCurve::new(&[3, 3], Loss::new()), Status::Positions, 4, "edges[1] is 3");
    refused(LossCurve::new(&[], Loss::new()), Status::Shape, 3, "curve_count is 0");
    assert_eq!(curve.buckets()[0].tokens, 2);
}

#[test]
fn verdicts_follow_the_rule() {
    let judgement = judge(None, &[512, 1024, 2048], &[3.0, 3.0, 3.05], 1024).unwrap();
    assert_eq!((judgement.verdict, judgement.reference_length, judgement.worst_length), (Verdict::HOLDS, 1024, 2048));
    assert!(near(judgement.worst_ratio, 0.05f64.exp(), 1e-12));
    assert_eq!((Verdict::HOLDS.name(), Verdict(77).name()), (Some("holds"), None));
    assert!(verdict_rule().contains("1.10"));
    refused(judge(None, &[1, 2], &[1.0], 1), Status::Shape, 5, "nll_count is 1");
    refused(judge(None, &[2, 1], &[1.0, 1.0], 1), Status::Positions, 2, "lengths[1]");
    refused(judge(None, &[], &[], 0), Status::ParameterRange, 6, "trained_length is 0");
}

#[test]
fn texts_may_hold_anything() {
    let characters = |text: &[u8]| tokenize(None, Tokenizer::CHAR, false, text).unwrap();
    assert_eq!(characters(b""), "");
    assert_eq!(characters(b"a\0b"), "a \0 b");
    assert_eq!(characters(b"\xff\xed\xa0\x80"), "\u{fffd} \u{fffd} \u{fffd} \u{fffd}");
    assert_eq!(characters("𝔊ß".as_bytes()), "𝔊 ß");
    let long = tokenize(None, Tokenizer::INTL, true, "Ä,".repeat(1000)).unwrap();
    assert_eq!(long, " ä ,".repeat(1000)[1..], "longer than guessed");
    refused(tokenize(None, Tokenizer(99), false, "x"), Status::Method, 2, "tokenizer is 99");
}

/// The corpus of sacrebleu's documentation, with its score.
#[test]
fn scores_of_texts_and_ids() {
    let config = BleuConfig::new();
    let mut segments = [BleuCounts::new(); 3];
    segments[0]
        .add(None, &config, "The dog bit the man.", &["The dog bit the man.", "The dog had bit the man."])
        .unwrap();
    segments[1]
        .add(None, &config, "It wasn't surprising.", &["It was not unexpected.", "No one was surprised."])
        .unwrap();
    let references = [Some("The man bit him first."), None, Some("The man had bitten the dog.")];
    segments[2].add(None, &config, String::from("The man had just bitten him."), &references).unwrap();
    let mut all = BleuCounts::new();
    segments.iter().for_each(|segment| all.merge(segment).unwrap());
    let result = all.score(&config).unwrap();
    assert!(near(result.score, 48.530827009929865, 1e-9), "{:?}", result);
    let interval = bleu_bootstrap(None, &BootstrapConfig::new(), &config, &segments).unwrap();
    assert!(interval.low <= interval.median && interval.median <= interval.high);

    let mut ids = BleuCounts::new();
    ids.add_tokens(None, &config, &[1, 2, 3, 4, 5], &[vec![1, 2, 3, 4, 5], vec![]]).unwrap();
    assert!(near(ids.score(&config).unwrap().score, 100.0, 1e-9));
    let overlap = rouge_tokens(None, &RougeConfig::new(RougeKind::N), &[1, 2], &[[2i64, 3]]).unwrap();
    assert_eq!(overlap.f_measure, 0.5);
    let mut characters = ChrfCounts::new();
    characters.add(None, &ChrfConfig::new(), "abcdef ghi", &["xyz", "abcdef ghi"]).unwrap();
    characters.merge(&ChrfCounts::new()).unwrap();
    assert!(near(characters.score(&ChrfConfig::new()).unwrap(), 100.0, 1e-9));
}

#[test]
fn segments_need_a_reference() {
    let (config, mut counts) = (BleuConfig::new(), BleuCounts::new());
    let none: [&str; 0] = [];
    refused(counts.add(None, &config, "x", &none), Status::Shape, 6, "references_count is 0");
    refused(counts.add(None, &config, "x", &[None::<&str>]), Status::NullArgument, 5, "all NULL");
    refused(
        counts.add_tokens(None, &BleuConfig { max_order: 9, ..config }, &[], &[[0i64]]),
        Status::ParameterRange,
        2,
        "9",
    );
    refused(rouge(None, &RougeConfig::new(RougeKind::L), "x", &none), Status::Shape, 6, "references_count is 0");
    refused(
        ChrfCounts::new().add(None, &ChrfConfig { beta: f64::NAN, ..ChrfConfig::new() }, "x", &["x"]),
        Status::ParameterRange,
        2,
        "beta",
    );
    assert_eq!(counts, BleuCounts::new());
}

#[test]
fn intervals_belong_to_their_seed() {
    let (config, values) = (BootstrapConfig::new(), [1.0, 2.0, 4.0, 3.0, 7.0]);
    let first = bootstrap_mean(None, &config, &values).unwrap();
    let context = Context::new(&ContextConfig { threads: 2, ..ContextConfig::new() }).unwrap();
    assert_eq!(bootstrap_mean(Some(&context), &config, &values), Ok(first));
    assert_ne!(bootstrap_mean(None, &BootstrapConfig { seed: u64::MAX, ..config }, &values), Ok(first));
    refused(bootstrap_mean(None, &config, &[]), Status::Shape, 4, "count is 0");
    refused(bleu_bootstrap(None, &config, &BleuConfig::new(), &[]), Status::Shape, 5, "count is 0");
    let never = BootstrapConfig { confidence: f64::NAN, ..config };
    refused(bootstrap_mean(None, &never, &values), Status::ParameterRange, 2, "confidence is nan");
}

#[test]
fn a_cancel_flag_stops_the_calls() {
    let flag = Arc::new(AtomicI32::new(1));
    let context = Context::with_cancel(&ContextConfig::new(), flag.clone()).unwrap();
    let logits = [0f32; 6];
    let view = Tensor::contiguous(&logits, SHAPE).unwrap();
    refused(token_nll(Some(&context), &view, &[0; 3], -1, &mut [0.0; 3]), Status::Cancelled, 0, "cancel");
    refused(bootstrap_mean(Some(&context), &BootstrapConfig::new(), &[1.0]), Status::Cancelled, 0, "cancel");
    flag.store(0, Ordering::Relaxed);
    bootstrap_mean(Some(&context), &BootstrapConfig::new(), &[1.0]).unwrap();
}

#[test]
fn tasks_hide_what_they_ask_for() {
    let config = PasskeyConfig { length: 5000, seed: u64::MAX, ..PasskeyConfig::new(PasskeyForm::LANDMARK) };
    let task = passkey(None, &config).unwrap();
    assert!(task.text.len() == 5000 && task.text[task.told.clone()].contains(&task.key.to_string()));
    assert!(!passkey_check(None, b"\xff none \0", task.key).unwrap());
    refused(passkey_check(None, "1", -1), Status::ParameterRange, 4, "key is -1");
    refused(passkey(None, &PasskeyConfig::new(PasskeyForm::SENTENCES)), Status::ParameterRange, 2, "length is 0");
    let (hay, mut out) = ([1, 2, 3, 9, 4], [0; 8]);
    assert_eq!(needle_place(None, &hay, &[100, 101], &[200], 1.0, Some(&[9]), &mut out), Ok(4));
    assert_eq!(out, [1, 2, 3, 9, 100, 101, 4, 200]);
    refused(needle_place(None, &hay, &[1], &[], 0.0, None, &mut []), Status::Shape, 12, "out_count is 0");
    refused(needle_place(None, &hay, &[1], &[], f64::NAN, None, &mut out), Status::ParameterRange, 8, "depth is nan");
}

#[test]
fn threads_have_counts_of_their_own() {
    let (config, windows) = (BleuConfig::new(), Windows::new(&sliding()).unwrap());
    let mut counts = [BleuCounts::new(); 4];
    std::thread::scope(|scope| {
        for mine in &mut counts {
            scope.spawn(|| {
                for n in 0..100 {
                    mine.add(None, &config, "a b c d e", &["a b c d f"]).unwrap();
                    assert_eq!(windows.get(n % 4).unwrap().end, 8 + 4 * (n % 4));
                }
            });
        }
    });
    let mut all = BleuCounts::new();
    counts.iter().for_each(|mine| all.merge(mine).unwrap());
    assert_eq!((all.segments, all.correct[0]), (400, 1600));
}
