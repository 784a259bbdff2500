//! The calls of eval.h.

use farspan::eval::{
    bleu_bootstrap, needle_place, passkey, token_nll_grad, token_nll_grad_in_place, BleuConfig, BleuCounts,
    BootstrapConfig, ChrfConfig, ChrfCounts, Loss, LossCurve, PasskeyConfig, Verdict, Windows, WindowsConfig,
};
use farspan::Result;

use crate::json::{filled, number};
use crate::memory::Memory;
use crate::Case;

type Ids = &'static [i64];

pub fn make(case: &mut Case<'_>, call: &str) -> Result<()> {
    let (context, config) = (Some(case.context), &case.given["config"]);
    match call {
        "token_nll_grad" => {
            let (targets, ignored, weights) = (case.get("targets"), case.get("ignore_index"), case.get("weights"));
            if !case.has("grad") {
                return case
                    .writes("logits", |_, both| token_nll_grad_in_place(context, both, targets, ignored, weights));
            }
            case.writes("grad", |case, grad| {
                case.reads("logits", |logits| token_nll_grad(context, logits, targets, ignored, weights, grad))
            })?;
        }
        "windows_count" => {
            let windows = windows(case)?;
            case.wholes([windows.len() as i64]);
        }
        "windows_get" => {
            let windows = windows(case)?;
            for &index in case.get::<Ids>("indices") {
                case.give(&windows.get(index)?);
            }
        }
        "loss_add" | "loss_merge" => {
            let mut loss = gathered(case, "parts", "block_tokens")?;
            if case.has("from") {
                let from = gathered(case, "from", "from_block_tokens")?;
                case.during("loss_merge", |_| loss.merge(&from))?;
            }
            summarize(case, &[loss])?;
        }
        "loss_add_by_context" => {
            let mut curve = LossCurve::new(case.get("edges"), empty(case, "block_tokens"))?;
            case.each("parts", |case| {
                let (nll, first) = (case.get("nll"), case.get("first_context"));
                match case.get("targets") {
                    Some(targets) => curve.add_scored(context, first, nll, targets, case.get("ignore_index")),
                    None => curve.add(context, first, nll),
                }
            })?;
            summarize(case, curve.buckets())?;
        }
        "verdict_name" => {
            case.text(Verdict(case.get("verdict")).name().expect("a known verdict"));
        }
        "bleu_score" | "bleu_merge" | "bleu_add_tokens" => {
            let config = filled(BleuConfig::new(), config);
            let mut halves = [BleuCounts::new(); 2];
            let mut turn = 0;
            case.each("segments", |case| {
                turn += usize::from(call == "bleu_merge");
                count(case, &config, &mut halves[turn % 2])
            })?;
            let [mut counts, half] = halves;
            case.during("bleu_merge", |_| counts.merge(&half))?;
            let result = case.during("bleu_score", |_| counts.score(&config))?;
            case.give(&result);
        }
        "bleu_signature" => {
            let signature = filled(BleuConfig::new(), config).signature(case.get("references"))?;
            case.text(signature);
        }
        "chrf_score" | "chrf_merge" => {
            let config = filled(ChrfConfig::new(), config);
            let mut halves = [ChrfCounts::new(); 2];
            let mut turn = 0;
            case.stage = "chrf_add";
            case.each("segments", |case| {
                turn += usize::from(call == "chrf_merge");
                let references: &[Option<&str>] = case.get("references");
                halves[turn % 2].add(context, &config, case.get::<&str>("hypothesis"), references)
            })?;
            let [mut counts, half] = halves;
            case.during("chrf_merge", |_| counts.merge(&half))?;
            let score = case.during("chrf_score", |_| counts.score(&config))?;
            case.reals([score]);
        }
        "bleu_bootstrap" => {
            let bleu = filled(BleuConfig::new(), &case.given["bleu"]);
            let mut segments = Vec::new();
            case.each("segments", |case| {
                segments.push(BleuCounts::new());
                count(case, &bleu, segments.last_mut().expect("the new one"))
            })?;
            case.stage = "bleu_bootstrap";
            let interval = bleu_bootstrap(context, &filled(BootstrapConfig::new(), config), &bleu, &segments)?;
            case.give(&interval);
        }
        "passkey_make" => {
            let made = passkey(context, &filled(PasskeyConfig::new(number(&config["form"])), config))?;
            case.wholes([made.key, made.told.start as i64, made.told.end as i64, made.text.len() as i64]);
            case.reals([made.depth]);
            case.text(made.text);
        }
        "needle_place" => {
            let [hay, needle, question] = ["haystack", "needle", "question"].map(|name| case.get::<Ids>(name));
            let boundary: Option<Vec<i64>> = case.get::<Option<i64>>("boundary").map(|id| vec![id]);
            let zeros = vec![0; case.get::<i64>("length") as usize];
            let position = case.memory(Memory::I64(zeros), |case, memory| match memory {
                Memory::I64(out) => {
                    needle_place(context, hay, needle, question, case.get("depth"), boundary.as_deref(), out)
                }
                _ => unreachable!(),
            })?;
            case.wholes([position]);
        }
        other => panic!("unknown call {}", other),
    }
    Ok(())
}

fn windows(case: &mut Case<'_>) -> Result<Windows> {
    let given = &case.given["config"];
    let config = filled(WindowsConfig::new(number(&given["kind"])), given);
    case.during("windows_count", |_| Windows::new(&config))
}

fn empty(case: &Case<'_>, key: &str) -> Loss {
    let block_tokens = case.get::<Option<i64>>(key).unwrap_or_else(|| case.get("block_tokens"));
    Loss { block_tokens, ..Loss::new() }
}

fn gathered(case: &mut Case<'_>, parts: &str, block_tokens: &str) -> Result<Loss> {
    let mut loss = empty(case, block_tokens);
    case.stage = "loss_add";
    case.each(parts, |case| {
        let (context, nll, bytes) = (Some(case.context), case.get("nll"), case.get("bytes"));
        match case.get("targets") {
            Some(targets) => loss.add_scored(context, nll, targets, case.get("ignore_index"), bytes),
            None => loss.add(context, nll, bytes),
        }
    })?;
    Ok(loss)
}

fn summarize(case: &mut Case<'_>, losses: &[Loss]) -> Result<()> {
    case.stage = "loss_summarize";
    for loss in losses {
        case.give(&loss.summary()?);
    }
    Ok(())
}

fn count(case: &mut Case<'_>, config: &BleuConfig, counts: &mut BleuCounts) -> Result<()> {
    let context = Some(case.context);
    if let Some(hypothesis) = case.given["hypothesis"].as_str() {
        case.stage = "bleu_add";
        return counts.add(context, config, hypothesis, case.get::<&[Option<&str>]>("references"));
    }
    case.stage = "bleu_add_tokens";
    counts.add_tokens(context, config, case.get("hypothesis"), case.get::<&[Option<Ids>]>("references"))
}
