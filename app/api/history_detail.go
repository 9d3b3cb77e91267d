package api

import (
	"encoding/json"
	"strconv"

	"github.com/addreams/addreams/app/safejson"
	"github.com/addreams/addreams/app/studio"
)

// storedJSON returns what is stored of the order and of the result. The URL of a reference picture that the API serves is made
// absolute; if there are several images, the output lists the URL of each.
func storedJSON(detail *studio.Detail, origin string) (input, output json.RawMessage, err error) {
	input, output = detail.Input, detail.Output
	if detail.Workflow == studio.ImageFromReference {
		if input, err = withReferenceURL(input, origin+studio.ReferencePath(detail.ID)); err != nil {
			return nil, nil, err
		}
	}
	if len(detail.Stored) > 1 {
		output, err = withAssetURLs(detail, origin)
	}
	return input, output, err
}

// withReferenceURL sets the URL of the stored picture. Without a stored picture it returns the input unchanged.
func withReferenceURL(input json.RawMessage, address string) (json.RawMessage, error) {
	var members map[string]any
	if safejson.Unmarshal(input, &members) != nil || members["referenceKey"] == nil {
		return input, nil
	}

	members["referenceImage"] = address
	if parameters, ok := members["parameters"].(map[string]any); ok {
		parameters["referenceImage"] = address
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
			address := origin + "/api/history/" + detail.ID + "/assets/" + strconv.Itoa(i)
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
