package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"assay/harness/trial"
)

// controlWithin is how long a server may take to answer a question of the harness.
const controlWithin = 10 * time.Second

// control asks servers what no request of a workload asks, each time over a new
// connection, so that it never holds one that a cell counts.
var control = &http.Client{Timeout: controlWithin, Transport: &http.Transport{DisableKeepAlives: true, Proxy: nil}}

// ask gets a path; offered is false if the server does not know it.
func ask(ctx context.Context, addr, path string, into any) (offered bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return false, fmt.Errorf("ask %s%s: %w", addr, path, err)
	}
	response, err := control.Do(request)
	if err != nil {
		return false, fmt.Errorf("ask %s%s: %w", addr, path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return false, fmt.Errorf("ask %s%s: %w", addr, path, err)
	}
	if response.StatusCode != http.StatusOK || json.Unmarshal(body, into) != nil {
		return false, nil
	}
	return true, nil
}

// identity is the answer to /-/id.
type identity struct {
	Nonce string `json:"nonce"`
	PID   int    `json:"pid"`
}

// stats is the answer to /-/stats: what the server's runtime counted since it started.
type stats struct {
	Requests    uint64   `json:"requests"`
	Mallocs     uint64   `json:"mallocs"`
	Bytes       uint64   `json:"bytes"`
	Collections uint64   `json:"collections"`
	PauseTotal  uint64   `json:"pause_total"`
	Loops       []uint64 `json:"loops"` // optional
}

// since is what happened between two answers.
func (s *stats) since(before *stats) *trial.Runtime {
	r := &trial.Runtime{
		Collections: s.Collections - before.Collections,
		PauseTotal:  s.PauseTotal - before.PauseTotal,
		Mallocs:     s.Mallocs - before.Mallocs,
		Bytes:       s.Bytes - before.Bytes,
		Requests:    s.Requests - before.Requests,
	}
	if len(s.Loops) == len(before.Loops) {
		for i, n := range s.Loops {
			r.Loops = append(r.Loops, n-before.Loops[i])
		}
	}
	return r
}
