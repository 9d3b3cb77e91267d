package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/binding"
)

// Forms of DashScope's model names; the second are those that only make images from text.
var (
	modelName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}[a-z0-9]$`)
	textModel = regexp.MustCompile(`^qwen-image(-max|-plus)?(-\d{4}-\d{2}-\d{2})?$`)
)

func checkProvider(r *reader) {
	if region := r.bound(binding.QwenRegion); region != "sg" && region != "bj" {
		r.problem("qwenRegion", fmt.Sprintf("is %q, not sg or bj", region), "sg")
	}
	image, edit, video := r.bound(binding.QwenImageModel), r.bound(binding.QwenImageEditModel), r.bound(binding.QwenVideoModel)
	if !modelName.MatchString(image) || strings.Contains(image, "-edit") {
		r.problem("qwenImageModel", fmt.Sprintf("is %q, not the name of a model that makes an image from text", image), "qwen-image-max")
	}
	if !modelName.MatchString(edit) || textModel.MatchString(edit) {
		r.problem("qwenImageEditModel", fmt.Sprintf("is %q, not the name of a model that takes a photo", edit), "qwen-image-edit-max")
	}
	if video != "" && !modelName.MatchString(video) {
		r.problem("qwenVideoModel", fmt.Sprintf("is %q, not the name of a model", video), `""`)
	}
	timeout, err := strconv.ParseUint(r.bound(binding.QwenTimeout), 10, 32)
	if err != nil || timeout < 1000 || timeout > 300_000 {
		r.problem("qwenTimeoutMs", "is not between 1000 and 300000 milliseconds", "45000")
	}
	for _, host := range list(r.bound(binding.QwenImageHosts)) {
		if !domainName.MatchString(host) || len(host) > maxHostname {
			r.problem("qwenImageHosts", fmt.Sprintf("holds %q, which is not a host's name: lower case, without scheme, port or wildcard", host), "aliyuncs.com")
		}
	}
}
