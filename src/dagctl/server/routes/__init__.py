"""The endpoints: parameters in, one call, the result out."""
