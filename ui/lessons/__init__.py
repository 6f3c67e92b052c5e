"""What one page needs beside its prose: a file has the name of its page, or begins with it."""
