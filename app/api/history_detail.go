package api

import (
	"encoding/json"

	"github.com/addreams/addreams/app/safejson"
	"github.com/addreams/addreams/app/studio"
)

// storedJSON returns what is stored of the order and of the result. The URL of a reference picture that the API serves is made
// absolute; if there are several images, the output lists the URL of each.
func storedJSON(detail *studio.Detail, origin string) (input, output json.RawMessage, err error) {
	input, output = detail.Input, detail.Output
	if detail.Workflow != studio.ImageFromText {
		if input, err = withReferenceURLs(input, origin, detail.ID); err != nil {
			return nil, nil, err
		}
	}
	if len(detail.Stored) > 1 {
		output, err = withAssetURLs(detail, origin)
	}
	return input, output, err
}

// withReferenceURLs sets the URLs of the stored pictures. Without a stored picture it returns the input unchanged.
func withReferenceURLs(input json.RawMessage, origin, id string) (json.RawMessage, error) {
	var members map[string]any
	if safejson.Unmarshal(input, &members) != nil {
		return input, nil
	}
	more, _ := members["moreReferences"].([]any)
	if members["referenceKey"] == nil && len(more) == 0 {
		return input, nil
	}

	if members["referenceKey"] != nil {
		address := origin + studio.ReferencePath(id, 0)
		members["referenceImage"] = address
		if parameters, ok := members["parameters"].(map[string]any); ok {
			parameters["referenceImage"] = address
		}
	}
	for i, item := range more {
		if reference, ok := item.(map[string]any); ok && reference["key"] != nil {
			reference["image"] = origin + studio.ReferencePath(id, i+1)
		}
	}
	return json.Marshal(members)
}

// withAssetURLs adds a list of the images' URLs, with null for an image that is not stored.
func withAssetURLs(detail *studio.Detail, origin string) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if safejson.Unmarshal(detail.Output, &members) != nil || members == nil {
		return detail.Output, nil
	}

	addresses := make([]*string, len(detail.Stored))
	for i, stored := range detail.Stored {
		if stored {
			address := origin + studio.AssetPathAt(detail.ID, i)
			addresses[i] = &address
		}
	}

	list, err := json.Marshal(addresses)
	if err != nil {
		return nil, err
	}
	members["assetUrls"] = list
	return json.Marshal(members)
}
