"""Outside: Intuit. The only package that names the vendor libraries."""
