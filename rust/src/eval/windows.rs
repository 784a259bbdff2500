use std::iter::FusedIterator;
use std::ops::Range;

use super::{Window, WindowsConfig};
use crate::error::check;
use crate::{sys, Result};

/// The windows of a text, in its order. A window is computed from its index: nothing is kept, however long the text is.
#[derive(Clone, Debug)]
pub struct Windows {
    config: WindowsConfig,
    rest: Range<i64>,
}

impl Windows {
    #[doc = docs!(windows_count)]
    pub fn new(config: &WindowsConfig) -> Result<Self> {
        let mut count = 0;
        // SAFETY: both are valid for the call.
        check(|error| unsafe { sys::farspan_windows_count(&config.to_c(), &mut count, error) })?;
        Ok(Windows { config: *config, rest: 0..count })
    }

    #[doc = docs!(windows_get)]
    pub fn get(&self, index: i64) -> Result<Window> {
        // SAFETY: both are valid for the call.
        let mut window = Window::empty();
        check(|error| unsafe { sys::farspan_windows_get(&self.config.to_c(), index, &mut window, error) })?;
        Ok(Window::from_c(&window))
    }

    fn at(&self, index: i64) -> Window {
        self.get(index).expect("the configuration was checked")
    }
}

impl Iterator for Windows {
    type Item = Window;

    fn next(&mut self) -> Option<Window> {
        self.rest.next().map(|index| self.at(index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Window> {
        self.rest.nth(n).map(|index| self.at(index))
    }
}

impl DoubleEndedIterator for Windows {
    fn next_back(&mut self) -> Option<Window> {
        self.rest.next_back().map(|index| self.at(index))
    }
}

impl ExactSizeIterator for Windows {
    fn len(&self) -> usize {
        (self.rest.end - self.rest.start) as usize
    }
}

impl FusedIterator for Windows {}
