"""What all pages share: templates, languages, styles, JavaScript."""
