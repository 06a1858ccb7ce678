package report

import (
	"fmt"
	"os"
	"path/filepath"

	"assay/harness/journal"
)

// File is one derived file.
type File struct {
	Name string
	Data []byte
}

// Files renders every derived file of a run, in a fixed order. Equal runs give equal bytes.
func Files(v *View) ([]File, error) {
	bench, err := benchText(v)
	if err != nil {
		return nil, err
	}
	hlog, err := hlogText(v)
	if err != nil {
		return nil, err
	}
	md, pictures, err := page(v)
	if err != nil {
		return nil, err
	}
	decided, err := claimsText(v)
	if err != nil {
		return nil, err
	}
	whole, err := sheet(v)
	if err != nil {
		return nil, err
	}
	files := []File{{"bench.txt", bench}, {"latency.hlog", hlog}, {"claims.json", decided}, {"report.md", md}, {"report.html", whole}}
	for _, p := range pictures {
		files = append(files, File{p.file, p.svg})
	}
	return files, nil
}

// Write puts every derived file into the run's folder, and their hashes into its manifest if the
// run is finished. Each is written whole before it takes its name, so that a full disk leaves the old one.
func Write(v *View, dir string) error {
	files, err := Files(v)
	if err != nil {
		return err
	}
	var names []string
	for _, f := range files {
		if err := writeFile(filepath.Join(dir, f.Name), f.Data); err != nil {
			return fmt.Errorf("report: %w (the journal is untouched: free some room or make the folder writable, then run assay report %s)", err, dir)
		}
		names = append(names, f.Name)
	}
	return journal.Seal(dir, names)
}

func writeFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), journal.HalfReport)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	if _, err := tmp.Write(data); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
