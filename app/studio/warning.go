package studio

import "fmt"

// Warning names a part of an order that the model ignores, or may carry out badly. The order is carried out all the same.
type Warning struct {
	Code    WarningCode `json:"code"`
	Message string      `json:"message"`
}

// WarningCode is what clients read in `warnings[].code`. It never changes once published.
type WarningCode string

// The warnings.
const (
	PromptCut         WarningCode = "PROMPT_CUT"
	NegativePromptCut WarningCode = "NEGATIVE_PROMPT_CUT"
	FormatIgnored     WarningCode = "OUTPUT_FORMAT_IGNORED"
	ReferenceUnfit    WarningCode = "REFERENCE_NOT_IN_ADVISED_SIZE"
)

// warnOfTexts warns of texts that the model reads only in part, and of a format that it does not make.
func (o *Order) warnOfTexts() {
	o.warnOfCut(PromptCut, "prompt", o.Prompt, o.model.Prompt)
	o.warnOfCut(NegativePromptCut, "negative_prompt", o.NegativePrompt, o.model.NegativePrompt)
	if o.format != "" && o.format != madeFormat {
		o.warn(FormatIgnored, "output_format is ignored: the images are PNG.")
	}
}

// madeFormat is the output_format of the images that the provider makes.
const madeFormat = "png"

func (o *Order) warnOfCut(code WarningCode, name, text string, limit TextLimit) {
	if limit.exceededBy(text) {
		o.warn(code, fmt.Sprintf("%s is longer than the %d %s that the model reads. The rest is ignored.", name, limit.Max, limit.Unit))
	}
}

func (o *Order) warn(code WarningCode, message string) {
	o.Warnings = append(o.Warnings, Warning{code, message})
}
