module github.com/tapertoken/taper

go 1.26.0
