package migrate

import "encoding/json"

// Risk is the worst that a file does to what exists.
type Risk int

// The risks, each worse than the one before. The last two need an allowance.
const (
	// RiskAdditive: nothing that exists changes.
	RiskAdditive Risk = iota
	// RiskRebuild: something takes another shape, and every row and value stays.
	RiskRebuild
	// RiskDestructive: what the running Worker reads is gone, or what it writes is refused. A later file can undo it.
	RiskDestructive
	// RiskIrreversible: rows or values are gone, and only a restore brings them back.
	RiskIrreversible
)

func (r Risk) String() string {
	return [...]string{"additive", "rebuild", "destructive", "irreversible"}[r]
}

// article returns the word with its article.
func (r Risk) article() string {
	if r == RiskRebuild {
		return "a rebuild"
	}
	return r.String()
}

// MarshalJSON writes the risk's word.
func (r Risk) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// UnmarshalJSON reads the risk's word.
func (r *Risk) UnmarshalJSON(text []byte) error {
	var word string
	if err := json.Unmarshal(text, &word); err != nil {
		return err
	}
	for *r = RiskAdditive; *r < RiskIrreversible && r.String() != word; *r++ {
	}
	return nil
}
