//! Empty: the build script compiles the browser client and tells the bundle where the module is.
