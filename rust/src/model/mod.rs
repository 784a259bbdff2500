//! A model's own configuration, read into the scheme of each layer.
//!
//! ```
//! use farspan::model::{LayerKind, Model, Options};
//!
//! let text = r#"{"model_type": "mistral", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
//!                "num_key_value_heads": 8, "max_position_embeddings": 32768, "sliding_window": 4096}"#;
//! let model = Model::from_config_json(text, &Options::new())?;
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
//! What is read is what decides positions and attention: sizes, rotary settings and their scaling, windows, biases, scales. A key
//! that is absent takes the default of the model's class, with a note that says so; a null means "none". An unknown model_type or
//! rope type is refused: a guess would give fluent nonsense. What looks wrong but has one reading becomes a warning.
//!
//! Any bytes are safe. A malformed document is [`Status::Format`], a number outside its range
//! [`Status::ParameterRange`], an unknown name [`Status::Method`], sizes that
//! contradict each other [`Status::Shape`] or [`Status::HeadGroups`]; the message
//! has the JSON path or the key.

mod answers;
mod options;

use std::fs::File;
use std::io::{self, Read};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::ptr::{self, NonNull};

pub use crate::generated::model_constants::*;
pub use crate::generated::model_structs::*;
pub use answers::{Layer, Parts};
pub use options::{Metadata, Value};

use crate::arrays::made;
use crate::error::{check, Error, Result, Status};
use crate::{sys, Scheme};

/// A model's configuration, resolved. Immutable: any number of threads may use one at the same time.
#[derive(Debug)]
pub struct Model {
    // One entry per layer, borrowed from the handle: never dropped. `None` without softmax attention.
    schemes: Box<[Option<ManuallyDrop<Scheme>>]>,
    handle: Handle,
}

#[derive(Debug)]
struct Handle(NonNull<sys::farspan_model>);

// SAFETY: the header promises that models are immutable and may be used by any number of threads.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is valid and no borrow of it is left.
        unsafe { sys::farspan_model_destroy(self.0.as_ptr()) }
    }
}

impl Model {
    /// Reads the text of a Hugging Face config.json. Nested text models (text_config, llm_config ...) are found; what they say wins
    /// over the top level.
    ///
    /// # Errors
    ///
    /// As the [module](self) says.
    pub fn from_config_json(text: impl AsRef<[u8]>, options: &Options<'_>) -> Result<Self> {
        let (text, options) = (text.as_ref(), options.to_c());
        // SAFETY: the text has the length given, and the options' arrays live through the call.
        Self::make(|model, error| unsafe {
            sys::farspan_model_from_config(ptr::null(), text.as_ptr().cast(), text.len() as i64, &options, model, error)
        })
    }

    /// Reads GGUF metadata: general.architecture and the keys of that architecture; other keys may be there. Tensors that belong
    /// to the positions come with the options.
    ///
    /// # Errors
    ///
    /// As the [module](self) says.
    pub fn from_metadata(entries: &[Metadata<'_>], options: &Options<'_>) -> Result<Self> {
        let options = options.to_c();
        let texts: Vec<_> = entries.iter().map(options::texts).collect();
        let list: Vec<_> = entries.iter().zip(&texts).map(|(entry, texts)| options::entry(entry, texts)).collect();
        // SAFETY: the entries have the counts given, and what they point to lives through the call.
        Self::make(|model, error| unsafe {
            sys::farspan_model_from_metadata(ptr::null(), list.as_ptr(), list.len() as i64, &options, model, error)
        })
    }

    /// Reads the beginning of a GGUF file, version 2 or 3, little-endian: header, metadata and the list of tensors must be in it.
    /// The tensors rope_freqs.weight and rope_factors_{short,long}.weight are taken from it if it reaches that far.
    ///
    /// # Errors
    ///
    /// As the [module](self) says.
    pub fn from_gguf(file: &[u8], options: &Options<'_>) -> Result<Self> {
        let options = options.to_c();
        // SAFETY: the file has the length given, and the options' arrays live through the call.
        Self::make(|model, error| unsafe {
            sys::farspan_model_from_gguf(ptr::null(), file.as_ptr().cast(), file.len() as i64, &options, model, error)
        })
    }

    /// Reads a GGUF file, of which only the beginning is loaded: 16 MB, or up to 256 MB if that is not enough.
    ///
    /// # Errors
    ///
    /// That of reading the file. A file that is refused is [`std::io::ErrorKind::InvalidData`] around an [`Error`], as
    /// [`from_gguf`](Self::from_gguf) gives it.
    pub fn from_gguf_file(path: impl AsRef<Path>, options: &Options<'_>) -> io::Result<Self> {
        const LEAST: u64 = 16 << 20;
        const MOST: u64 = 256 << 20;
        let refused = |cause: Error| io::Error::new(io::ErrorKind::InvalidData, cause);
        let (mut file, mut bytes) = (File::open(path)?, Vec::new());
        file.by_ref().take(LEAST).read_to_end(&mut bytes)?;
        match Self::from_gguf(&bytes, options) {
            Err(_) if bytes.len() as u64 == LEAST => {
                file.take(MOST - LEAST).read_to_end(&mut bytes)?;
                Self::from_gguf(&bytes, options).map_err(refused)
            }
            answer => answer.map_err(refused),
        }
    }

    fn make(
        create: impl FnOnce(*mut *mut sys::farspan_model, *mut sys::farspan_error) -> sys::farspan_status,
    ) -> Result<Self> {
        let mut made = ptr::null_mut();
        check(|error| create(&mut made, error))?;
        let mut model =
            Model { schemes: Box::default(), handle: Handle(NonNull::new(made).expect("a model was made")) };
        model.schemes = (0..model.info().layers)
            .map(|index| Ok(NonNull::new(model.layer_c(index)?.scheme as *mut _).map(Scheme::borrowed)))
            .collect::<Result<_>>()?;
        Ok(model)
    }

    /// What the configuration says as a whole.
    pub fn info(&self) -> Info<'_> {
        let mut info = made(sys::farspan_model_info_init);
        // SAFETY: the handle is valid and the struct has the size it says.
        check(|error| unsafe { sys::farspan_model_describe(self.as_c(), &mut info, error) }).expect("a valid model");
        // SAFETY: it was filled just now; its texts live as long as the model.
        unsafe { Info::from_c(&info) }
    }

    /// Layer `index`, 0 .. layers - 1.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`].
    pub fn layer(&self, index: i64) -> Result<Layer<'_>> {
        let layer = self.layer_c(index)?;
        let scheme = self.schemes[index as usize].as_deref(); // layer_c has checked the index

        // SAFETY: it was filled just now; what it points to lives as long as the model.
        Ok(unsafe { Layer::from_c(&layer, scheme) })
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
            let mut note = made(sys::farspan_model_note_init);
            // SAFETY: the handle is valid and the struct has the size it says.
            check(|error| unsafe { sys::farspan_model_note_at(self.as_c(), index, &mut note, error) })
                .expect("there is such a note");
            // SAFETY: it was filled just now; its texts live as long as the model.
            unsafe { Note::from_c(&note) }
        })
    }

    fn layer_c(&self, index: i64) -> Result<sys::farspan_model_layer> {
        let mut layer = made(sys::farspan_model_layer_init);
        // SAFETY: the handle is valid and the struct has the size it says.
        check(|error| unsafe { sys::farspan_model_layer_at(self.as_c(), index, &mut layer, error) })?;
        Ok(layer)
    }

    fn as_c(&self) -> *const sys::farspan_model {
        self.handle.0.as_ptr()
    }
}

impl Scheme {
    /// The scheme of one layer of a model, by its config.json. For several layers, or to see the notes, read a [`Model`].
    ///
    /// # Errors
    ///
    /// As the [module](crate::model) says; [`Status::Combination`] for a layer without softmax attention.
    pub fn from_config_json(text: impl AsRef<[u8]>, layer: i64) -> Result<Self> {
        match Model::from_config_json(text, &Options::new())?.layer(layer)?.parts {
            Some(parts) => parts.builder().build(),
            None => Err(no_attention(layer)),
        }
    }
}

fn no_attention(layer: i64) -> Error {
    Error::new(Status::Combination, 2, format!("layer {} has no softmax attention, and therefore no scheme", layer))
}
