"""Documents of a case from the office's own templates: referral, supervision notice, postponement, instruction form."""
