package farspan

import "farspan.io/farspan/internal/raw"

// Version is the version of the library that is loaded: major * 10000 + minor * 100 + patch.
func Version() uint32 { return raw.Version() }

// VersionText is the version of the library that is loaded, as text.
func VersionText() string { return raw.Version_text() }

// ABIVersion is the ABI version of the library that is loaded, which is the number of its SONAME.
func ABIVersion() uint32 { return raw.Abi_version() }

// Diagnose gives a JSON object for bug reports: versions, instruction sets found and used, threads, quota.
func Diagnose() string { return raw.Diagnose() }

// Shutdown ends the library's worker threads; later calls start them again. Not while a call runs.
func Shutdown() { raw.Shutdown() }

// Supported tells whether the instruction set is built in and usable on this machine.
func (isa ISA) Supported() bool { return raw.Isa_supported(int32(isa)) != 0 }

// String is the name of the instruction set, such as "avx2"; "" if unknown.
func (isa ISA) String() string { return raw.Isa_name(int32(isa)) }
