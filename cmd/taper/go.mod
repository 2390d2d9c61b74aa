module github.com/tapertoken/taper/cmd/taper

go 1.26.0

require github.com/tapertoken/taper v0.0.0
