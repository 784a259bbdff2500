//! A model's own configuration, read into the scheme of each layer.
//!
//! ```
//! use farspan::model::{LayerKind, Model, Options};
//!
//! let text = r#"{"model_type": "mistral", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
//!                "num_key_value_heads": 8, "max_position_embeddings": 32768, "sliding_window": 4096}"#;
//! let model = Model::from_config_json(None, text, &Options::new())?;
//! for note in model.notes() {
//!     println!("{}: {}", note.path, note.text); // $.rope_theta: absent, 10000 is the default of the class
//! }
//! let layer = model.layer(0)?;
//! assert_eq!((layer.kind, layer.window), (LayerKind::SLIDING, 4096));
//! let scheme = layer.parts.expect("it has softmax attention").scheme;
//! assert_eq!(scheme.visible(10_000, 10_001)?[0], 5905..10_001);
//! # Ok::<(), farspan::Error>(())
//! ```
//!
#![doc = docs!(model)]

mod options;

use std::fs::File;
use std::io::{self, Read};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::ptr::NonNull;

pub use crate::generated::model_constants::*;
pub use crate::generated::model_structs::*;
pub use crate::generated::parts::Parts;
pub use options::{Metadata, Value};

use crate::error::{check, Error, Result, Status};
use crate::handle::{owner, Handle};
use crate::{context, sys, Context, Scheme};

/// A model's configuration, resolved. Immutable: any number of threads may use one at the same time.
#[derive(Debug)]
pub struct Model {
    // One entry per layer, borrowed from the handle: never dropped. `None` without softmax attention.
    schemes: Box<[Option<ManuallyDrop<Scheme>>]>,
    handle: Handle<sys::farspan_model>,
}
owner!(Model, farspan_model, farspan_model_destroy);

impl Model {
    #[doc = docs!(model_from_metadata)]
    pub fn from_metadata(context: Option<&Context>, entries: &[Metadata<'_>], options: &Options<'_>) -> Result<Self> {
        let options = options.to_c();
        let texts: Vec<_> = entries.iter().map(options::texts).collect();
        let list: Vec<_> = entries.iter().zip(&texts).map(|(entry, texts)| options::entry(entry, texts)).collect();
        let (context, first, count) = (context::as_c(context), list.as_ptr(), list.len() as i64);
        // SAFETY: the entries have the counts given, and what they point to lives through the call.
        Self::make(|model, error| unsafe {
            sys::farspan_model_from_metadata(context, first, count, &options, model, error)
        })
    }

    /// Reads a GGUF file, of which only the beginning is loaded: 16 MB, or up to 256 MB if that is not enough.
    ///
    /// # Errors
    ///
    /// That of reading the file. A file that is refused is [`std::io::ErrorKind::InvalidData`] around an [`Error`], as
    /// [`from_gguf`](Self::from_gguf) gives it.
    pub fn from_gguf_file(
        context: Option<&Context>,
        path: impl AsRef<Path>,
        options: &Options<'_>,
    ) -> io::Result<Self> {
        const LEAST: u64 = 16 << 20;
        const MOST: u64 = 256 << 20;
        let refused = |cause: Error| io::Error::new(io::ErrorKind::InvalidData, cause);
        let (mut file, mut bytes) = (File::open(path)?, Vec::new());
        file.by_ref().take(LEAST).read_to_end(&mut bytes)?;
        match Self::from_gguf(context, &bytes, options) {
            Err(_) if bytes.len() as u64 == LEAST => {
                file.take(MOST - LEAST).read_to_end(&mut bytes)?;
                Self::from_gguf(context, &bytes, options).map_err(refused)
            }
            answer => answer.map_err(refused),
        }
    }

    pub(crate) fn make(
        create: impl FnOnce(*mut *mut sys::farspan_model, *mut sys::farspan_error) -> sys::farspan_status,
    ) -> Result<Self> {
        let mut model = Model { schemes: Box::default(), handle: Handle::make(create)? };
        model.schemes = (0..model.info().layers)
            .map(|index| Ok(NonNull::new(model.layer_c(index)?.scheme as *mut _).map(Scheme::borrowed)))
            .collect::<Result<_>>()?;
        Ok(model)
    }

    /// What the configuration says as a whole.
    pub fn info(&self) -> Info<'_> {
        let mut info = Info::empty();
        // SAFETY: the handle is valid; what is answered lives as long as the model.
        unsafe {
            check(|error| sys::farspan_model_describe(self.as_c(), &mut info, error)).expect("a valid model");
            Info::from_c(&info)
        }
    }

    #[doc = docs!(model_layer_at)]
    pub fn layer(&self, index: i64) -> Result<Layer<'_>> {
        let layer = self.layer_c(index)?;
        let scheme = self.schemes[index as usize].as_deref(); // layer_c has checked the index

        // SAFETY: it was filled just now; what it points to lives as long as the model.
        let parts = scheme.map(|scheme| unsafe { Parts::from_c(&layer, scheme) });
        Ok(Layer::from_c(&layer, parts))
    }

    /// The scheme of layer `index`, 0 .. layers - 1, ready to be used.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`]; [`Status::Combination`] for a layer without softmax attention.
    pub fn scheme(&self, index: i64) -> Result<&Scheme> {
        self.layer_c(index)?;
        self.schemes[index as usize].as_deref().ok_or_else(|| no_attention(index))
    }

    /// All layers in order.
    pub fn layers(&self) -> impl Iterator<Item = Layer<'_>> {
        (0..self.schemes.len() as i64).map(move |index| self.layer(index).expect("there is such a layer"))
    }

    /// What reading had to say: defaults taken, numbers derived, and warnings of what looks wrong.
    pub fn notes(&self) -> impl Iterator<Item = Note<'_>> {
        (0..self.info().notes).map(move |index| {
            let mut note = Note::empty();
            // SAFETY: the handle is valid; what is answered lives as long as the model.
            unsafe {
                check(|error| sys::farspan_model_note_at(self.as_c(), index, &mut note, error)).expect("a known note");
                Note::from_c(&note)
            }
        })
    }

    fn layer_c(&self, index: i64) -> Result<sys::farspan_model_layer> {
        let mut layer = Layer::empty();
        // SAFETY: the handle is valid and the struct has the size it says.
        check(|error| unsafe { sys::farspan_model_layer_at(self.as_c(), index, &mut layer, error) })?;
        Ok(layer)
    }
}

impl Scheme {
    /// The scheme of one layer of a model, by its config.json, with the errors of [`Model::scheme`] and the [module](crate::model).
    /// For several layers, or to see the notes, read a [`Model`].
    pub fn from_config_json(text: impl AsRef<[u8]>, layer: i64) -> Result<Self> {
        match Model::from_config_json(None, text, &Options::new())?.layer(layer)?.parts {
            Some(parts) => parts.builder().build(),
            None => Err(no_attention(layer)),
        }
    }
}

fn no_attention(layer: i64) -> Error {
    Error::new(Status::Combination, 2, format!("layer {} has no softmax attention, and therefore no scheme", layer))
}
