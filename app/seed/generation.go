package seed

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/studio"
)

// took is how long a provider works on an order.
const took = 12 * time.Second

// generation is an order with its identity.
type generation struct {
	order
	studio.Charge
	at time.Time
}

// key returns the key of one of the generation's pictures, as the service names them.
func (g generation) key(name string, position int) string {
	if position > 0 {
		name = fmt.Sprintf("%s-%d", name, position)
	}
	return "users/" + g.UserID + "/generations/" + g.GenerationID + "/" + name + ".png"
}

// keys returns the keys of all pictures that are kept.
func (g generation) keys() []string {
	var keys []string
	for position := range g.references {
		keys = append(keys, g.key("reference", position))
	}
	if g.lost {
		return keys
	}
	for position := range g.images {
		keys = append(keys, g.key("output", position))
	}
	return keys
}

type object = map[string]any

// input is the order as its row has it.
func (g generation) input() (string, error) {
	parameters := object{"prompt": g.prompt, "n": max(1, g.images), "promptExtend": true, "watermark": false}
	input := object{"requestId": g.GenerationID, "prompt": g.prompt, "parameters": parameters}
	if g.references > 0 {
		parameters["referenceImage"] = studio.ReferencePath(g.GenerationID, 0)
		input["referenceImage"] = studio.ReferencePath(g.GenerationID, 0)
		input["referenceKey"] = g.key("reference", 0)
	}
	text, err := json.Marshal(input)
	return string(text), err
}

// result is what the provider made.
func (g generation) result() (studio.SucceededGeneration, error) {
	made := studio.Result{ProviderRequestID: "seed-" + g.GenerationID, Model: "qwen-image-max", Charge: g.Charge}
	if g.workflow == studio.ImageFromReference {
		made.Model = "qwen-image-edit-max"
	}
	for position := range g.images {
		source := fmt.Sprintf("https://images.seed.example/%s/%d.png", g.GenerationID, position)
		image := studio.Copy{Position: position, SourceURL: source, Attempts: 1}
		if !g.lost {
			image.Key, image.ContentType = g.key("output", position), pictureType
		}
		made.Images, made.Copies = append(made.Images, studio.Image{URL: source}), append(made.Copies, image)
	}

	output := object{"requestId": g.GenerationID, "images": made.URLs(), "usage": object{"imageCount": g.images}, "assetUrl": nil}
	if made.Key() != "" {
		output["assetUrl"] = studio.AssetPath(g.GenerationID)
	}
	text, err := json.Marshal(output)
	return studio.SucceededGeneration{Result: made, OutputJSON: string(text), At: g.at.Add(took)}, err
}
