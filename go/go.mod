module farspan.io/farspan

go 1.19
