package migrate

import "encoding/json"

// Risk is the worst that a file does to what is there.
type Risk int

// The risks, each worse than the one before. The last two need to be allowed.
const (
	// Additive: nothing that exists changes.
	RiskAdditive Risk = iota
	// Rebuild: what exists takes another shape, and every row and value stays.
	RiskRebuild
	// DestructiveRisk: what the running Worker reads goes, or what it writes is refused; a later file can bring it back.
	RiskDestructive
	// Irreversible: rows or values go, and only a restore brings them back.
	RiskIrreversible
)

func (r Risk) String() string {
	return [...]string{"additive", "rebuild", "destructive", "irreversible"}[r]
}

// article is the word as a sentence has it.
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
