package live

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// allocations is how many objects the server makes on its heap per request while ask asks so
// many. Nil: it does not tell, or ask fails.
func allocations(s *Served, requests int, ask func() error) *float64 {
	before, ok := mallocs(s.Addr)
	if !ok || ask() != nil {
		return nil
	}
	after, ok := mallocs(s.Addr)
	if !ok || after < before {
		return nil
	}
	per := float64(after-before) / float64(requests)
	return &per
}

// mallocs is the server's own count of objects made so far; false: it has none.
func mallocs(addr string) (n uint64, ok bool) {
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(fmt.Sprintf("http://%s/-/stats", addr))
	if err != nil {
		return 0, false
	}
	defer answer.Body.Close()
	var figures struct{ Mallocs *uint64 }
	if json.NewDecoder(answer.Body).Decode(&figures) != nil || figures.Mallocs == nil {
		return 0, false
	}
	return *figures.Mallocs, true
}
