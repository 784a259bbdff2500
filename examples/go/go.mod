module farspan.io/examples

go 1.19

require farspan.io/farspan v0.0.0

replace farspan.io/farspan => ../../go
