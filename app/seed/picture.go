package seed

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
)

const (
	pictureType = "image/png"
	side        = 512 // pixels
)

// draw returns a picture for a name, the same every time: a disc before a sky, in colors that differ by name.
func draw(name string) []byte {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	tint := hash.Sum32()
	red, green, blue := uint8(tint), uint8(tint>>8), uint8(tint>>16)
	x, y := side/4+int(tint>>24), side/2

	canvas := image.NewRGBA(image.Rect(0, 0, side, side))
	for row := range side {
		light := uint8(row * 255 / side)
		for column := range side {
			pixel := color.RGBA{red/2 + light/2, green/2 + light/2, blue/2 + light/2, 255}
			if (column-x)*(column-x)+(row-y)*(row-y) < side*side/25 {
				pixel = color.RGBA{255 - red, 255 - green, 255 - blue, 255}
			}
			canvas.SetRGBA(column, row, pixel)
		}
	}

	var encoded bytes.Buffer
	_ = png.Encode(&encoded, canvas) // a buffer takes everything
	return encoded.Bytes()
}
