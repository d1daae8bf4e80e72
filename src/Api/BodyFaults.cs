using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>What the server found wrong with a body while it was being read.</summary>
internal static class BodyFaults
{
    private static readonly ApiError TooSlow = new(
        ErrorKind.RequestTimeout, "the request body came too slowly; nothing was written");

    private static readonly ApiError Broken = new(
        ErrorKind.InvalidBody, "the request body ended early or its chunks are malformed; nothing was written");

    public static ApiError Of(BadHttpRequestException fault) =>
        fault.StatusCode == StatusCodes.Status408RequestTimeout ? TooSlow : Broken;
}
