package eval

import (
	"farspan.io/farspan"
	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/raw"
)

func intervalOf(failure *raw.Failure, values []float64) (Interval, error) {
	if failure != nil {
		return Interval{}, asError(failure)
	}
	return Interval{values[0], values[1], values[2], values[3]}, nil
}

// BootstrapMean gives the interval of the mean of values, at least one: losses of blocks, ROUGE of texts, hits of passkeys. config may
// be nil: the defaults. context may be nil. Errors: ErrParameterRange for the configuration, ErrShape without values,
// ErrCancelled.
func BootstrapMean(context *farspan.Context, config *BootstrapConfig, values []float64) (Interval, error) {
	c, leave, err := bridge.Enter(context)
	if err != nil {
		return Interval{}, err
	}
	defer leave()
	native := config.native()
	defer raw.DeleteBootstrapConfig(native)
	interval := make([]float64, 4)
	return intervalOf(raw.Bootstrap_mean(c, native, first(values), count(values), first(interval), count(interval)), interval)
}
