package studio

import "github.com/addreams/addreams/app/studio/picture"

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

// maxPositions is how many images, and how many references, a generation may have.
const maxPositions = 10

// possibleKeys are the keys of all objects that the generation may have.
func (c Charge) possibleKeys() []string {
	var keys []string
	for position := range maxPositions {
		for _, extension := range picture.Extensions() {
			keys = append(keys, c.objectKey(objectName(position)+extension), c.objectKey(referenceName(position)+extension))
		}
	}
	return keys
}
