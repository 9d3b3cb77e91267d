package qwen

import (
	"cmp"
	"slices"

	"github.com/addreams/addreams/app/studio"
)

// resolutions are what the models make, with what a second costs in credits unless CREDIT_PRICES says otherwise: an image is one
// credit, and the provider's price of a second of 720P was that of one to two images.
var (
	p480  = studio.Resolution{Name: "480P", Credits: 1}
	p720  = studio.Resolution{Name: "720P", Credits: 2}
	p1080 = studio.Resolution{Name: "1080P", Credits: 4}
)

func resolutions(all ...studio.Resolution) []studio.Resolution { return all }

var (
	prompt1500 = studio.TextLimit{Max: 1500, Unit: studio.Characters}
	prompt5000 = studio.TextLimit{Max: 5000, Unit: studio.Characters}

	smallFrame = studio.Sides{Min: 360, Max: 2000}
)

// Video models. Each makes one video of one picture.
var (
	flashVideo   = video(prompt800, smallFrame, studio.VideoRule{Seconds: []int64{5}, Resolutions: resolutions(p720, p480, p1080)})
	plusVideo    = video(prompt800, smallFrame, studio.VideoRule{Seconds: []int64{5}, Resolutions: resolutions(p480, p1080)})
	previewVideo = video(prompt1500, smallFrame, studio.VideoRule{Seconds: []int64{5, 10}, Resolutions: resolutions(p720, p480, p1080)})
	framedVideo  = video(prompt1500, wanSides, studio.VideoRule{Seconds: []int64{5, 10, 15}, Resolutions: resolutions(p720, p1080)})
	mediaVideo   = video(prompt5000, wanSides, studio.VideoRule{MinSeconds: 2, MaxSeconds: 15, Resolutions: resolutions(p720, p1080)})
	longVideo    = video(studio.TextLimit{}, wanSides, studio.VideoRule{MinSeconds: 5, MaxSeconds: 30, Resolutions: resolutions(p720, p480, p1080)})
	horseVideo   = video(studio.TextLimit{}, wanSides, studio.VideoRule{MinSeconds: 3, MaxSeconds: 15, Resolutions: resolutions(p720, p1080)})
	unknownVideo = video(studio.TextLimit{}, studio.Sides{}, studio.VideoRule{MinSeconds: 1, MaxSeconds: 60, Resolutions: resolutions(p720, p480, p1080)})
)

func video(prompt studio.TextLimit, sides studio.Sides, rule studio.VideoRule) studio.Model {
	return studio.Model{MaxImages: 1, MaxReferences: 1, Prompt: prompt, NegativePrompt: negative500, Sides: sides, Video: &rule}
}

// priced returns a model of videos with the prices of the deployment: those of a resolution, or else of the model.
func (c *Client) priced(model studio.Model) studio.Model {
	rule := *model.Video
	rule.Resolutions = slices.Clone(rule.Resolutions)
	for i, known := range rule.Resolutions {
		prices := c.settings.prices
		rule.Resolutions[i].Credits = cmp.Or(prices[model.Name+":"+known.Name], prices[model.Name], known.Credits)
	}

	model.Video = &rule
	model.Credits = rule.Credits(studio.UsualSeconds, rule.Resolutions[0].Name)
	return model
}
