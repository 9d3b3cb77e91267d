package studio

// Charge identifies a credit that was taken: for which generation, from whom, of which kind.
type Charge struct {
	GenerationID string // UUID
	UserID       string
	Workflow     Workflow
}

// objectKey returns the key of one of the generation's objects in the bucket.
func (c Charge) objectKey(name string) string {
	return "users/" + c.UserID + "/generations/" + c.GenerationID + "/" + name
}

// AssetPath is where the API serves a generation's first image.
func AssetPath(generationID string) string { return "/api/history/" + generationID + "/asset" }

// ReferencePath is where the API serves the picture that a generation started from.
func ReferencePath(generationID string) string { return "/api/history/" + generationID + "/reference" }
