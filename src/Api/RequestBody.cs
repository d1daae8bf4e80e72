namespace EdgeOrleans.Api;

/// <summary>
/// A body that was read whole, or why it was not. Its array belongs to the request alone and never returns to a pool:
/// a grain call that timed out may still read it.
/// </summary>
internal readonly struct RequestBody
{
    private readonly byte[]? _array;

    private RequestBody(byte[] array, int length)
    {
        _array = array;
        Bytes = array.AsMemory(0, length);
    }

    private RequestBody(ApiError error) => Error = error;

    public ReadOnlyMemory<byte> Bytes { get; }

    public ApiError? Error { get; }

    /// <summary>What this body took out of <see cref="RequestBytes"/>; its reader's caller gives it back.</summary>
    public int Taken => _array?.Length ?? 0;

    public static RequestBody Whole(byte[] array, int length) => new(array, length);

    public static RequestBody Refused(ApiError error) => new(error);
}
