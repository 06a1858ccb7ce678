package workload

// Faults says which requests of a sequence ask for a fault, and for which.
type Faults struct {
	Kind  string // "" when none is ever asked for
	share float64
}

// Faults reads the parameters of FaultParams; kinds are the faults a workload knows.
func (v *Values) Faults(kinds ...string) Faults {
	f := Faults{Kind: v.OneOf("fault", append([]string{"none"}, kinds...)...), share: v.Share("fault-share")}
	if f.Kind == "none" {
		f.Kind = ""
	}
	return f
}

// Hits says whether request n asks for the fault.
func (f Faults) Hits(seed, n uint64) bool {
	return f.Kind != "" && Pick(seed, n, useFault) < f.share
}

// FaultParams are the parameters that Values.Faults reads.
var FaultParams = []Param{
	{"fault", "none", "a fault that some requests ask for; they count as disturbers"},
	{"fault-share", "1%", "the share of requests that ask for it"},
}

// The uses of Pick within one request; a workload's own start at UseOwn.
const (
	useFault = iota
	UseOwn
)

// BackendFaults are the faults a backend knows, and the status with which a
// server passes each on. A slow answer is a right one, if the server's backend
// deadline leaves it the second it takes.
var BackendFaults = []struct {
	Kind   string
	Status int
}{
	{"fail", 502},     // answers 500
	{"stall", 504},    // never answers
	{"reset", 502},    // resets the connection
	{"garbage", 502},  // answers what is not HTTP
	{"truncate", 502}, // closes amid the body
	{"slow", 200},     // sends a byte every 10 ms
}
