package eval

import (
	"farspan.io/farspan"
	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/raw"
)

// BootstrapConfig says how a confidence interval is found by resampling with replacement (Efron 1979; for BLEU Koehn 2004). The same
// seed gives the same interval on every machine, for any number of threads.
type BootstrapConfig struct {
	Samples    int32 // 1 to 1,000,000
	Seed       uint64
	Confidence float64 // between 0 and 1
}

// NewBootstrapConfig gives the defaults.
func NewBootstrapConfig() *BootstrapConfig {
	native := raw.NewBootstrapConfig()
	defer raw.DeleteBootstrapConfig(native)
	return &BootstrapConfig{native.GetSamples(), native.GetSeed(), native.GetConfidence()}
}

func (c *BootstrapConfig) native() raw.BootstrapConfig {
	if c == nil {
		return raw.SwigcptrBootstrapConfig(0)
	}
	native := raw.NewBootstrapConfig()
	native.SetSamples(c.Samples)
	native.SetSeed(c.Seed)
	native.SetConfidence(c.Confidence)
	return native
}

// Interval is an interval of resampled values.
type Interval struct {
	Low    float64 // quantile (1 - Confidence) / 2, interpolated between neighbours
	Median float64
	High   float64 // quantile (1 + Confidence) / 2
	Mean   float64 // of the resampled values
}

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
