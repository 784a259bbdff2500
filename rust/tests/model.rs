//! Models: what they answer, how they refuse, and what lives how long.

use std::fmt::Debug;
use std::thread;

use farspan::model::*;
use farspan::{Angle, Error, RemapConfig, RemapMethod, RopeMethod, Scheme, Status};

const GEMMA: &str = r#"{"model_type": "gemma3_text", "hidden_size": 640, "num_hidden_layers": 6, "num_attention_heads": 4,
    "num_key_value_heads": 1, "head_dim": 256, "max_position_embeddings": 32768, "rope_theta": 1000000,
    "rope_local_base_freq": 10000, "sliding_window": 512, "sliding_window_pattern": 6}"#;
const LLAMA: &str = r#"{"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 2, "num_attention_heads": 32,
    "max_position_embeddings": 4096, "rope_theta": 10000}"#;

fn read(text: &str) -> Model {
    Model::from_config_json(None, text, &Options::new()).unwrap()
}

#[track_caller]
fn fails<T: Debug>(result: Result<T, Error>, status: Status, argument: i32, text: &str) {
    let error = result.expect_err("an error");
    assert_eq!((error.status(), error.argument()), (status, argument), "{}", error);
    assert!(error.message().contains(text), "{:?} does not contain {:?}", error.message(), text);
}

#[test]
fn layers_have_their_own_schemes() {
    let model = read(GEMMA);
    let info = model.info();
    assert_eq!((info.family.as_ref(), info.layers, info.layer_kinds), ("gemma3_text", 6, 2));
    assert_eq!((info.absolute, info.usable_context), (Absolute::NONE, 32768));
    let kinds: Vec<_> = model.layers().map(|layer| (layer.kind, layer.alike, layer.window)).collect();
    assert_eq!(kinds[..5], [(LayerKind::SLIDING, 0, 512); 5]);
    assert_eq!(kinds[5], (LayerKind::FULL, 5, 0));

    let (near, far) = (model.layer(0).unwrap().parts.unwrap(), model.layer(5).unwrap().parts.unwrap());
    assert_eq!((near.rope.base, far.rope.base), (10000.0, 1e6));
    assert_eq!((near.mask.window_left, far.mask.window_left), (511, -1));
    assert_eq!(near.scheme.visible(1000, 1001).unwrap()[0], 489..1001);
    let mut inv_freq = [0.0; 128];
    far.scheme.rope_frequencies(0, &mut inv_freq).unwrap();
    assert!((inv_freq[64] - 1e-3).abs() < 1e-15);
}

#[test]
fn a_scheme_is_made_of_its_parts() {
    let model = read(LLAMA);
    let parts = model.layer(1).unwrap().parts.unwrap();
    let remap = RemapConfig { window: 1024, ..RemapConfig::new(RemapMethod::REROPE) };
    let changed = parts.builder().remap(&remap).build().unwrap();
    drop(model); // the new scheme does not need it
    assert_eq!(changed.probe(0, 9000, 0, 0).unwrap().relative_position, 1024.0);
    let same = Scheme::from_config_json(LLAMA, 0).unwrap();
    assert_eq!(same.probe(0, 9000, 0, 0).unwrap().relative_position, 9000.0);
}

#[test]
fn arrays_come_along() {
    let factors = "1, 1.5, 2, 2.5";
    let text = format!(
        r#"{{"model_type": "phi3", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        "max_position_embeddings": 64, "original_max_position_embeddings": 16,
        "rope_scaling": {{"type": "longrope", "short_factor": [1, 1, 1, 1], "long_factor": [{}]}}}}"#,
        factors
    );
    let model = read(&text);
    let rope = model.layer(0).unwrap().parts.unwrap().rope;
    assert_eq!(rope.method, RopeMethod::LONGROPE);
    assert_eq!(rope.short_factors, Some(&[1.0; 4][..]));
    assert_eq!(rope.long_factors, Some(&[1.0, 1.5, 2.0, 2.5][..]));

    let t5 = r#"{"model_type": "t5", "d_model": 16, "num_heads": 2, "d_kv": 8, "num_layers": 1,
        "relative_attention_num_buckets": 4}"#;
    let table: Vec<f32> = (0..8).map(|n| n as f32).collect();
    let options = Options { t5_encoder: Some(&table), t5_decoder: Some(&table), ..Options::new() };
    let model = Model::from_config_json(None, t5, &options).unwrap();
    assert_eq!(model.layer(1).unwrap().parts.unwrap().bias.values, Some(&table[..]));
    assert!(model.notes().all(|note| note.code != NoteCode::WEIGHTS));
    assert!(read(t5).notes().any(|note| note.code == NoteCode::WEIGHTS && note.severity == Severity::WARNING));

    let short = Options { t5_decoder: Some(&table[..7]), ..options };
    fails(Model::from_config_json(None, t5, &short), Status::Shape, 4, "options.t5_decoder_count is 7");
    let other = [0.0f32; 5];
    let wrong = Options { t5_encoder: Some(&other), t5_decoder: Some(&other), ..Options::new() };
    fails(Model::from_config_json(None, t5, &wrong), Status::Shape, 4, "5");
}

#[test]
fn options_are_applied() {
    let options = Options { extension: Extension::YARN, target_length: 16384, angle: Angle::FLOAT32, ..Options::new() };
    let model = Model::from_config_json(None, LLAMA, &options).unwrap();
    let rope = model.layer(0).unwrap().parts.unwrap().rope;
    assert_eq!((rope.method, rope.factor, rope.angle), (RopeMethod::YARN, 4.0, Angle::FLOAT32));
    assert_eq!(model.info().usable_context, 16384);
    assert!(model.notes().any(|note| note.code == NoteCode::DERIVED && note.text.contains("16384")));
    let options = Options { extension: Extension::SELF_EXTEND, ..options };
    let model = Model::from_config_json(None, LLAMA, &options).unwrap();
    assert_eq!(model.layer(0).unwrap().parts.unwrap().remap.method, RemapMethod::SELF_EXTEND);
    let alone = Options { extension: Extension::NONE, ..options };
    fails(Model::from_config_json(None, LLAMA, &alone), Status::Combination, 4, "options.target_length is 16384");
    let unknown = Options { release: Release(99), ..Options::new() };
    fails(Model::from_config_json(None, LLAMA, &unknown), Status::Method, 4, "options.release is 99");
}

fn metadata<'a>(heads: Value<'a>) -> [Metadata<'a>; 5] {
    [
        Metadata { key: "general.architecture", value: Value::Text("llama") },
        Metadata { key: "llama.block_count", value: Value::Integer(1) },
        Metadata { key: "llama.embedding_length", value: Value::Integer(64) },
        Metadata { key: "llama.context_length", value: Value::Integer(4096) },
        Metadata { key: "llama.attention.head_count", value: heads },
    ]
}

#[test]
fn metadata_is_read() {
    let options = Options::new();
    for heads in [Value::Integer(4), Value::Integers(&[4])] {
        let model = Model::from_metadata(None, &metadata(heads), &options).unwrap();
        assert_eq!((model.info().query_heads, model.info().head_dim), (4, 16));
    }
    let read = |heads| Model::from_metadata(None, &metadata(heads), &options);
    fails(read(Value::Text("4")), Status::Format, 2, "attention.head_count is \"4\"");
    fails(read(Value::Texts(&["a", "b"])), Status::Shape, 2, "llama.attention.head_count has 2 entries");
    fails(read(Value::Reals(&[])), Status::Shape, 2, "head_count has 0 entries");
    fails(read(Value::Real(f64::NAN)), Status::ParameterRange, 2, "head_count is NaN");
    fails(read(Value::Text("a\0b")), Status::Format, 2, "llama.attention.head_count is \"a\\u0000b\"");
    let key = [Metadata { key: "general.architecture\0", value: Value::Text("llama") }];
    fails(Model::from_metadata(None, &key, &options), Status::Format, 2, "general.architecture is absent");
    fails(Model::from_metadata(None, &[], &options), Status::Shape, 3, "count is 0");
}

#[test]
fn any_bytes_are_safe() {
    let options = Options::new();
    let config = |bytes: &[u8]| Model::from_config_json(None, bytes, &options);
    fails(config(b""), Status::Format, 2, "$");
    fails(config(b"{\"a\": \xff}"), Status::Format, 2, "$.a");
    fails(config(b"{\"a\": 1\0}"), Status::Format, 2, "$");
    fails(config(br#"{"model_type": "nonesuch"}"#), Status::Method, 2, "$.model_type");
    fails(Model::from_gguf(None, b"", &options), Status::Format, 2, "");
    fails(Model::from_gguf(None, b"GGUF\x03\0\0\0", &options), Status::Format, 2, "");
    for end in 0..LLAMA.len() - 1 {
        assert_eq!(config(&LLAMA.as_bytes()[..end]).unwrap_err().status(), Status::Format);
    }
    let model = read(LLAMA);
    for index in [2, -1, i64::MAX, i64::MIN] {
        fails(model.layer(index), Status::ParameterRange, 2, &format!("index is {}", index));
    }
}

#[test]
fn layers_without_attention_have_no_scheme() {
    let text = r#"{"model_type": "qwen3_next", "hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 2,
        "head_dim": 256, "num_hidden_layers": 4, "max_position_embeddings": 262144, "full_attention_interval": 4}"#;
    let model = read(text);
    let layer = model.layer(0).unwrap();
    assert!(layer.kind == LayerKind::OTHER && layer.parts.is_none());
    assert!(model.layer(3).unwrap().parts.is_some());
    assert!(std::ptr::eq(model.scheme(3).unwrap(), model.layer(3).unwrap().parts.unwrap().scheme));
    fails(model.scheme(0), Status::Combination, 2, "layer 0 has no softmax attention");
    fails(model.scheme(4), Status::ParameterRange, 2, "index is 4");
    fails(Scheme::from_config_json(text, 0), Status::Combination, 2, "layer 0 has no softmax attention");
}

#[test]
fn a_model_may_be_used_by_many_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Model>();
    shared::<Layer>();
    shared::<Note>();
    let model = read(GEMMA);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..600 {
                    let parts = model.layer(n % 6).unwrap().parts.unwrap();
                    assert_eq!(parts.scheme.visible(2000, 2001).unwrap()[0].end, 2001);
                    assert!(model.notes().count() > 0);
                }
            });
        }
    });
}

/// A GGUF file of a model, with two texts of `padding` bytes that nobody reads before the rest.
fn gguf(padding: usize) -> Vec<u8> {
    let mut file = b"GGUF\x03\0\0\0".to_vec();
    let text = |file: &mut Vec<u8>, text: &[u8]| {
        file.extend((text.len() as u64).to_le_bytes());
        file.extend(text);
    };
    let numbers =
        [("block_count", 1u32), ("embedding_length", 64), ("context_length", 4096), ("attention.head_count", 4)];
    file.extend(0u64.to_le_bytes()); // tensors
    file.extend((numbers.len() as u64 + 3).to_le_bytes());
    let unread = vec![b' '; padding];
    let texts =
        [("tokenizer.chat_template", &unread[..]), ("general.note", &unread), ("general.architecture", b"llama")];
    for (key, value) in texts {
        text(&mut file, key.as_bytes());
        file.extend(8u32.to_le_bytes());
        text(&mut file, value);
    }
    for (key, value) in numbers {
        text(&mut file, format!("llama.{}", key).as_bytes());
        file.extend(4u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file
}

#[test]
fn gguf_files_are_read_as_far_as_needed() {
    let options = Options::new();
    let path = std::env::temp_dir().join(format!("farspan-rust-{}.gguf", std::process::id()));
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Model::from_gguf_file(None, &path, &options)
    };
    for padding in [1, 9 << 20] {
        let model = read(&gguf(padding)).unwrap(); // the second goes beyond the first 16 MB
        assert_eq!((model.info().query_heads, model.info().head_dim), (4, 16));
        assert!(model.scheme(0).is_ok());
    }
    let refused = read(b"GGUF\x03\0\0\0").unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidData);
    let cause = refused.get_ref().unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!(cause.status(), Status::Format);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(Model::from_gguf_file(None, &path, &options).unwrap_err().kind(), std::io::ErrorKind::NotFound);
}
