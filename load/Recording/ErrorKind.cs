using System.Net.Sockets;
using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Recording;

/// <summary>What errors are called in the results.</summary>
internal static class ErrorKind
{
    /// <summary>The status was right and the content was not.</summary>
    public const string WrongAnswer = "wrong answer";

    /// <summary>The request was due, and no connection was free for it before the run's end.</summary>
    public const string NeverSent = "never sent";

    /// <summary>Another status than the right one.</summary>
    public static string Of(in Answer answer) => answer.ErrorCode() is { Length: > 0 } code ? $"{answer.Status} {code}" : $"{answer.Status}";

    /// <summary>The fault of a connection; <see langword="null"/> for what is none.</summary>
    public static string? Of(Exception fault) => fault switch
    {
        TimeoutException => "timeout",
        EndOfStreamException => "connection closed",
        InvalidDataException => $"broken answer: {fault.Message}",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted } => "connection reset",
        SocketException socket => $"connection: {socket.SocketErrorCode}",
        _ => null,
    };
}
