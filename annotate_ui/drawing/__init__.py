"""Pictures of the dashboard, made here as SVG and styled by dash.css: the page needs no script to draw them."""
