package bridge

import "farspan.io/farspan/internal/raw"

// Written is a text that the library writes into a buffer of a size that only it knows. guess usually suffices.
func Written(guess int, write func(buffer []byte, needed []int64) *raw.Failure) (string, error) {
	buffer, needed := make([]byte, guess), make([]int64, 1)
	for {
		if failure := write(buffer, needed); failure != nil {
			return "", Error(failure)
		}
		if needed[0] <= int64(len(buffer)) {
			return string(buffer[:needed[0]-1]), nil // without the NUL
		}
		buffer = make([]byte, needed[0])
	}
}
