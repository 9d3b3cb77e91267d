package studio

import (
	"strconv"

	"github.com/addreams/addreams/app/studio/picture"
)

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

// AssetPath is where the API serves a generation's first image.
func AssetPath(generationID string) string { return "/api/history/" + generationID + "/asset" }

// AssetPathAt is where the API serves one of a generation's images, counted from 0.
func AssetPathAt(generationID string, position int) string {
	return "/api/history/" + generationID + "/assets/" + strconv.Itoa(position)
}

// ReferencePath is where the API serves a picture that a generation started from, counted from 0.
func ReferencePath(generationID string, position int) string {
	if position == 0 {
		return "/api/history/" + generationID + "/reference"
	}
	return "/api/history/" + generationID + "/references/" + strconv.Itoa(position)
}
