"""The Streamlit screens of Carrybook: each draws what a function of `engine` returns."""
