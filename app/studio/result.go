package studio

import (
	"io"
	"time"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio/picture"
)

// Result is what the provider made for an order. The provider fills in the first block, and the service the rest.
type Result struct {
	ProviderRequestID string // "" if the provider gave none
	Model             string
	Images            []Image   // at least one
	Usage             *Usage    // nil if the provider counted nothing
	Spools            io.Closer // what Images are read from; nil for nothing

	Charge
	Running  bool    // there is nothing yet: a task goes on
	Copies   []Copy  // one per image; none without a bucket
	Balance  Balance // that the buyer has left
	Warnings []Warning
}

// Image is one image, or the video, as the provider sent it: a URL, or the image itself.
type Image struct {
	URL  string             // that the provider serves for ImageLife; "" with Data
	Data *picture.Reference // nil with URL
}

// Close frees the images that the provider sent without a URL.
func (r *Result) Close() {
	if r.Spools != nil {
		_ = r.Spools.Close()
		r.Spools = nil
	}
}

// URLs are where the images are served: by the provider, or by the API, as a path, if the provider sent the image itself.
func (r *Result) URLs() []string {
	urls := make([]string, len(r.Images))
	for i, image := range r.Images {
		urls[i] = image.URL
		if image.Data != nil {
			urls[i] = AssetPathAt(r.GenerationID, i)
		}
	}
	return urls
}

// Usage is the provider's count; a field is nil if the provider did not count it.
type Usage struct {
	ImageCount      *float64 `json:"imageCount,omitempty"`
	InputImageCount *float64 `json:"inputImageCount,omitempty"`
	Width           *float64 `json:"width,omitempty"`
	Height          *float64 `json:"height,omitempty"`
	Duration        *float64 `json:"duration,omitempty"` // of a video, in seconds
}

// ImageLife is how long the provider serves an image.
const ImageLife = 24 * time.Hour

// Copy is one image of a generation, and the object that keeps it.
type Copy struct {
	Position    int    `json:"position"` // among the provider's images, from 0
	SourceURL   string `json:"sourceUrl"`
	Key         string `json:"key"` // of the object; "" until the image is copied
	ContentType string `json:"contentType"`
	Attempts    int    `json:"attempts"` // so far

	data *picture.Reference // the image itself, instead of SourceURL
}

// Key is the key of the first image, which represents the generation; "" if it was not copied.
func (r *Result) Key() string {
	if len(r.Copies) == 0 {
		return ""
	}
	return r.Copies[0].Key
}

// storedOutput is the JSON of a result in its row.
type storedOutput struct {
	RequestID string   `json:"requestId"`
	Images    []string `json:"images"`
	Usage     *Usage   `json:"usage,omitempty"`
	AssetURL  *string  `json:"assetUrl"`
}

func (r *Result) outputJSON(requestID string) (string, error) {
	output := storedOutput{RequestID: requestID, Images: r.URLs(), Usage: r.Usage}
	if r.Key() != "" {
		path := AssetPath(r.GenerationID)
		output.AssetURL = &path
	}
	text, err := js.Marshal(output)
	return string(text), err
}
