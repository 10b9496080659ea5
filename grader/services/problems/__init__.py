"""Problems as authors and operators handle them: started, checked, and given their data files."""
