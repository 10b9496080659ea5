"""Reading files that anybody may have made, and writing what is whole and safe to open."""
