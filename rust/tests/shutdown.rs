//! In a process of its own: no other test may run at the same time.

mod common;

use common::{numbers, plain_rope};
use farspan::*;

#[test]
fn the_library_works_again_after_a_shutdown() {
    let data = numbers(2 * 512 * 16, 1);
    let context = Context::new(&ContextConfig { threads: 2, ..ContextConfig::new() }).unwrap();
    let q = Tensor::contiguous(&data, [1, 2, 512, 16]).unwrap();
    let run = || {
        let mut out = vec![0.0f32; data.len()];
        let mut view = TensorMut::contiguous(&mut out, q.shape()).unwrap();
        plain_rope(16).attention(Some(&context), &q, &q, &q, &mut view).unwrap();
        out
    };
    let first = run();
    // SAFETY: this is the only test of the program, and its calls have ended.
    unsafe { shutdown() };
    assert_eq!(run(), first);
}
