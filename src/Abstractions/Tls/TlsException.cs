namespace EdgeOrleans;

/// <summary>Why a connection has no TLS, in one sentence.</summary>
public sealed class TlsException(string message, Exception? innerException = null) : Exception(message, innerException);
