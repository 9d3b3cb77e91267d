package qwen

import (
	"cmp"
	"io"
	"strings"
	"time"

	"github.com/addreams/addreams/app/studio"
)

// family is a row of the table of models: what the models with this prefix take. For a workflow that is nil, they are treated as
// unknown models.
type family struct {
	prefix  string
	text    *studio.Model
	edit    *studio.Model
	video   *studio.Model
	timeout time.Duration // if QWEN_TIMEOUT_MS is not set; 0 for defaultTimeout
	task    *taskForm     // nil for models that make nothing in tasks
}

// taskForm is how a model is asked for a task.
type taskForm struct {
	path   string
	encode func(model string, order *studio.Order) (body io.Reader, length int64, err error)
}

// The forms: with the prompt alone, with messages, and two for videos. The synchronous form has another path than these.
var (
	promptTask   = &taskForm{"/api/v1/services/aigc/text2image/image-synthesis", encodePrompt}
	messagesTask = &taskForm{"/api/v1/services/aigc/image-generation/generation", encodeMessages}
	frameTask    = &taskForm{"/api/v1/services/aigc/video-generation/video-synthesis", encodeFrame}
	mediaTask    = &taskForm{"/api/v1/services/aigc/video-generation/video-synthesis", encodeMedia}
)

// taskOf returns the form of a model's tasks; nil if it makes nothing of the workflow in tasks. A video is always made in one.
func taskOf(name string, workflow studio.Workflow) *taskForm {
	row := rowOf(name)
	switch {
	case workflow == studio.VideoFromReference && row.video == nil:
		return mediaTask
	case row.task == promptTask && workflow != studio.ImageFromText:
		return nil
	}
	return row.task
}

// slowTimeout is for models that were measured at three minutes and more.
const slowTimeout = 5 * time.Minute

// families is the table of models. The longest prefix counts, so that a snapshot has the row of its model, and a name that no
// row knows has unknownText, unknownEdit or unknownVideo. docs/provider.md says where the numbers are from.
var families = []family{
	{prefix: "qwen-image-max", text: &legacyText},
	{prefix: "qwen-image-plus", text: &legacyText, task: promptTask},
	{prefix: "qwen-image", text: &legacyText, task: promptTask},
	{prefix: "qwen-image-edit-max", edit: &legacyEdit},
	{prefix: "qwen-image-edit-plus", edit: &legacyEdit},
	{prefix: "qwen-image-edit", edit: &firstEdit},
	{prefix: "qwen-image-2.0", text: &secondText, edit: &secondEdit},
	{prefix: "qwen-image-2.1", text: &secondText, edit: &tenReferences},
	{prefix: "qwen-image-3.0", text: &thirdText, edit: &thirdEdit, timeout: slowTimeout},
	{prefix: "wan2.2-i2v-flash", video: &flashVideo, task: frameTask},
	{prefix: "wan2.2-i2v-plus", video: &plusVideo, task: frameTask},
	{prefix: "wan2.5-i2v-preview", video: &previewVideo, task: frameTask},
	{prefix: "wan2.6-i2v", video: &framedVideo, task: frameTask},
	{prefix: "wan2.6-i2v-flash", video: &framedVideo, task: frameTask},
	{prefix: "wan2.7-i2v", video: &mediaVideo, task: mediaTask},
	{prefix: "wan3.0-video", video: &longVideo, task: mediaTask},
	{prefix: "happyhorse-1.0-i2v", video: &horseVideo, task: mediaTask},
	{prefix: "happyhorse-1.1-i2v", video: &horseVideo, task: mediaTask},
	{prefix: "wan2.7-image", text: &wanText, edit: &wanEdit, task: messagesTask},
}

// Sizes and limits that rows share.
var (
	fiveSizes = studio.SizeRule{Values: []string{"1664*928", "1472*1104", "1328*1328", "1104*1472", "928*1664"}}
	longSides = studio.SizeRule{MinSide: 512, MaxSide: 2048}
	fourMega  = studio.SizeRule{MinPixels: 512 * 512, MaxPixels: 2048 * 2048}
	wanSizes  = studio.SizeRule{MinPixels: 768 * 768, MaxPixels: 4096 * 4096, MaxRatio: 8, Words: []string{"1K", "2K", "4K"}}

	prompt800   = studio.TextLimit{Max: 800, Unit: studio.Characters}
	prompt2000  = studio.TextLimit{Max: 2000, Unit: studio.Characters}
	prompt1300  = studio.TextLimit{Max: 1300, Unit: studio.Tokens}
	prompt4500  = studio.TextLimit{Max: 4500, Unit: studio.Tokens}
	negative500 = studio.TextLimit{Max: 500, Unit: studio.Characters}

	advised  = studio.Sides{AdvisedMin: 384, AdvisedMax: 3072}
	wanSides = studio.Sides{Min: 240, Max: 8000, MaxRatio: 8}
)

// maxImages is how many images one order may ask for. An order costs one credit whatever their number.
const maxImages = 6

var (
	legacyText = studio.Model{MaxImages: 1, Size: fiveSizes, Prompt: prompt800, NegativePrompt: negative500}
	legacyEdit = studio.Model{MaxImages: maxImages, MaxReferences: 3, Size: longSides, Prompt: prompt800, NegativePrompt: negative500, Sides: advised}
	firstEdit  = studio.Model{MaxImages: 1, MaxReferences: 3, Size: studio.SizeRule{None: true}, Prompt: prompt800, NegativePrompt: negative500, Sides: advised}

	secondText    = studio.Model{MaxImages: maxImages, Size: fourMega, Prompt: prompt1300, NegativePrompt: negative500}
	secondEdit    = studio.Model{MaxImages: maxImages, MaxReferences: 3, Size: fourMega, Prompt: prompt1300, NegativePrompt: negative500, Sides: advised}
	tenReferences = studio.Model{MaxImages: maxImages, MaxReferences: 10, Size: fourMega, Prompt: prompt1300, NegativePrompt: negative500, Sides: advised}
	thirdText     = studio.Model{MaxImages: maxImages, Size: fourMega, Prompt: prompt4500, NegativePrompt: negative500}
	thirdEdit     = studio.Model{MaxImages: maxImages, MaxReferences: 3, Size: fourMega, Prompt: prompt4500, NegativePrompt: negative500, Sides: advised}

	wanText = studio.Model{MaxImages: 4, Size: wanSizes, Prompt: prompt2000, NegativePrompt: negative500}
	wanEdit = studio.Model{MaxImages: 4, MaxReferences: 9, Size: wanSizes, Prompt: prompt2000, NegativePrompt: negative500, Sides: wanSides}

	unknownText = studio.Model{MaxImages: maxImages}
	unknownEdit = studio.Model{MaxImages: maxImages, MaxReferences: 3}
)

// recorded are the default models, whose answers the contract has recorded.
var recorded = map[string]bool{defaultImageModel: true, defaultEditModel: true}

// modelOf returns what a model takes for a workflow.
func modelOf(name string, workflow studio.Workflow) studio.Model {
	row := rowOf(name)
	model := *cmp.Or(row.text, &unknownText)
	switch workflow {
	case studio.ImageFromReference:
		model = *cmp.Or(row.edit, &unknownEdit)
	case studio.VideoFromReference:
		model = *cmp.Or(row.video, &unknownVideo)
	}

	model.Name, model.AsRecorded = name, recorded[name]
	model.InTasks = taskOf(name, workflow) != nil
	if model.AsRecorded {
		model.MaxReferences = min(model.MaxReferences, 1)
	}
	return model
}

// rowOf returns the row with the longest prefix of a name; an empty one if there is none.
func rowOf(name string) family {
	var found family
	for _, row := range families {
		rest, matches := strings.CutPrefix(name, row.prefix)
		if matches && len(row.prefix) > len(found.prefix) && isVariant(rest) {
			found = row
		}
	}
	return found
}

// isVariant reports whether what follows a prefix names a variant of the same model, and not another model.
func isVariant(rest string) bool {
	return rest == "" || strings.HasPrefix(rest, "-20") || strings.HasPrefix(rest, "-pro") || strings.HasPrefix(rest, "-latest")
}
