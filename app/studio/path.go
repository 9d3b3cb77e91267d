package studio

import "strconv"

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
