//! The calls of the SIR dialect, one file a resource.

mod config;
