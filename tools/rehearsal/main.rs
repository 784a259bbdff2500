//! The three additions of the rehearsal, from Rust.

use farspan::{add_arrays, MaskConfig, Scheme, ScoreConfig, Status, Temperature};

fn main() -> farspan::Result<()> {
    assert_eq!(Temperature::find("rehearsal"), Some(Temperature::REHEARSAL));
    let score = ScoreConfig { temperature: Temperature::REHEARSAL, scale: 3.0, ..ScoreConfig::new() };
    let mask = MaskConfig { window_left: 1, rehearsal: 2, ..MaskConfig::new() };
    let scheme = Scheme::builder().score(&score).mask(&mask).build()?;
    assert!(scheme.probe(0, 9, 1, 0)?.scale == 6.0 && scheme.probe(0, 9, 1, 0)?.visible);
    assert!(!scheme.probe(0, 9, 2, 0)?.visible);

    let mut right = [10.0, 20.0];
    add_arrays(&scheme, &[1.0, 2.0], &mut right)?;
    assert_eq!(right, [11.0, 22.0]);
    let failure = add_arrays(&scheme, &[1.0], &mut right).unwrap_err();
    assert_eq!((failure.status(), failure.argument()), (Status::Shape, 3));
    Ok(())
}
