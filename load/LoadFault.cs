namespace EdgeOrleans.Load;

/// <summary>Why nothing can be measured, as one line.</summary>
internal sealed class LoadFault(string message, Exception? cause = null) : Exception(message, cause);
